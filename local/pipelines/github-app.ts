/**
 * The GitHub App of this machine, installed in the one repository: its key, the tokens it asks for itself with, and those of its
 * installation.
 *
 * Invariants
 * 1. A token for the app is one that its key has signed (RS256), issued in the past, for ten minutes at most.
 * 2. A token of the installation may do what was asked for, and lasts an hour. Tokens are kept in memory alone.
 */
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';

const appId = 'Iv1.local';
export const installationId = 77;
const longestMs = 600_000;
const skewMs = 60_000;
const hourMs = 3_600_000;

export type Permissions = Readonly<Record<string, string>>;

export type GitHubApp = ReturnType<typeof openGitHubApp>;

/** By the machine's clock: tokens are real time's. */
export function openGitHubApp() {
  // Made once somebody asks: it takes a while.
  let made: string | null = null;
  const tokens = new Map<string, { readonly permissions: Permissions; readonly expiresMs: number }>();
  const privateKey = (): string => {
    made ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string;
    return made;
  };
  return {
    id: appId,
    privateKey,
    /** Whether a token is one for the app itself. */
    isApp(token: string): boolean {
      const [head, body, signature, ...more] = token.split('.');
      if (made === null || signature === undefined || more.length > 0) return false;
      const key = createPublicKey(made);
      if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
        return false;
      const { alg } = decode(head!);
      const { iat, exp, iss } = decode(body!);
      const now = Date.now();
      const [issuedMs, expiresMs] = [Number(iat) * 1_000, Number(exp) * 1_000];
      return (
        alg === 'RS256' &&
        iss === appId &&
        issuedMs <= now + skewMs &&
        expiresMs > now &&
        expiresMs <= now + longestMs
      );
    },
    issue(permissions: Permissions) {
      const token = `ghs_${randomBytes(18).toString('hex')}`;
      const expiresMs = Date.now() + hourMs;
      tokens.set(token, { permissions, expiresMs });
      return { token, expires_at: new Date(expiresMs).toISOString(), permissions };
    },
    /** What a token of the installation may do; null: it is none, or none any more. */
    permissionsOf(token: string): Permissions | null {
      const found = tokens.get(token);
      return found && found.expiresMs > Date.now() ? found.permissions : null;
    },
    /** How many tokens it has asked for. */
    issued: () => tokens.size,
  };
}

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
