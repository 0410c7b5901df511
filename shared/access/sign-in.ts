/** What the platform says of how people sign in, and what settings make of their groups. Pure. */
export interface SignIn {
  /** Whether App Service authentication is on for the app. */
  readonly isOn: boolean;
  /** Names of roles and teams by the object id (lower case) of the group that has them. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/**
 * Whether App Service authentication is on: the platform says so to Windows and Linux apps alike
 * (learn.microsoft.com/azure/app-service/reference-app-settings). Whatever else the value is, it does not say that.
 */
export function isSignInOn(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['WEBSITE_AUTH_ENABLED']?.toLowerCase() === 'true';
}
