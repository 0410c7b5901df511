/**
 * Who looks, and whether the service is there.
 *
 * Owns: the two signals, the way to the sign-in. Does not own: what somebody may do (the service says so in `may`).
 */
import { signal } from '@preact/signals';
import { read, ServiceError } from './ask.ts';

interface Whoami {
  readonly kind: 'person' | 'machine';
  readonly name: string;
  readonly id: string;
  readonly roles: readonly string[];
  readonly teams: readonly string[];
  /** What the roles allow. */
  readonly may: readonly string[];
  /** Which roles, one of them, each thing takes. */
  readonly takes?: Readonly<Record<string, readonly string[]>>;
  readonly incomplete: string | null;
}

type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'in'; readonly who: Whoami }
  /** Nobody is signed in any more; what is on the page stays there until they are again. */
  | { readonly state: 'out'; readonly who: Whoami | null }
  | { readonly state: 'refused'; readonly error: ServiceError };

export const session = signal<Session>({ state: 'unknown' });
export const connection = signal<'reached' | 'lost'>('reached');

/** App Service signs people in there, and sends them back. */
export function signInAddress(): string {
  const back = `${location.pathname}${location.search}`;
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(back)}`;
}

/** App Service forgets the session there, and sends them back: to the sign-in. */
export const signOutAddress = '/.auth/logout?post_logout_redirect_uri=%2Fapi%2Fui';

/** Who is here; leads to the sign-in where nobody has been, once: a sign-in that leaves nobody signed in is not tried for ever. */
export async function openSession(): Promise<void> {
  try {
    const who = await read<Whoami>('whoami');
    sessionStorage.removeItem('led-to-sign-in');
    connection.value = 'reached';
    session.value = { state: 'in', who };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 0) connection.value = 'lost';
    else if (error.status !== 401) session.value = { state: 'refused', error };
    // Whoever was here has something on the page that is not to be taken from them.
    else if (session.peek().state === 'unknown') leadToSignIn();
  }
}

function leadToSignIn(): void {
  const isLed = sessionStorage.getItem('led-to-sign-in') !== null;
  session.value = { state: 'out', who: null };
  if (isLed) return;
  sessionStorage.setItem('led-to-sign-in', 'yes');
  location.assign(signInAddress());
}

/** What a failure of any question says of both. */
export function learnFrom(error: ServiceError): void {
  if (error.status === 0) connection.value = 'lost';
  const { value } = session;
  if (error.status === 401 && value.state === 'in') session.value = { state: 'out', who: value.who };
}
