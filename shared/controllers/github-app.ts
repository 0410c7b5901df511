/**
 * Lets us in at GitHub as an app: only the app whose rule it is may review a deployment.
 *
 * Sources: GitHub, "Generating a JSON Web Token (JWT) for a GitHub App" (RS256; `iat` a minute ago, `exp` ten minutes ahead at most;
 * `iss` the client id or the app's id), "Create an installation access token for an app" (201, `token`, for one hour). RFC 7519,
 * RFC 7515.
 *
 * "Get a repository installation for the authenticated app" (`id`).
 *
 * Invariant: neither the token for the app nor that of an installation is written anywhere.
 */
import { createPrivateKey, createSign } from 'node:crypto';
import { RatchetError } from '../errors.ts';
import type { Rest } from '../release/channels/rest.ts';

export interface GitHubApp {
  readonly id: string;
  /** PEM. */
  readonly key: string;
}

/** Of the text of a setting, whose line feeds may be written \n; null: it is no RSA key. */
export function readAppKey(text: string): string | null {
  const pem = text.replaceAll('\\n', '\n').trim();
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa' ? pem : null;
  } catch {
    return null;
  }
}

export function signAppToken({ id, key }: GitHubApp, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: seconds - 60, exp: seconds + 540, iss: id })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

interface InstallationToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** A token for one repository, with these permissions and no others. `rest` goes as the app. */
export async function getInstallationToken(
  rest: Pick<Rest, 'send'>,
  installationId: number,
  repository: string,
  permissions: Readonly<Record<string, 'write'>>,
): Promise<InstallationToken> {
  const { token, expires_at: expires } = await rest.send({
    ...{ asked: `installation ${installationId} of the GitHub App`, subject: { repository }, method: 'POST' },
    path: `/app/installations/${installationId}/access_tokens`,
    body: { repositories: [repository.split('/')[1]], permissions },
    isBarredForGood: false,
  });
  if (typeof token === 'string' && token !== '')
    return { token, expiresMs: Date.parse(String(expires)) || 0 };
  throw new RatchetError('azure-unavailable', `installation ${installationId}: GitHub gave no token`, {
    subject: { repository },
  });
}

/** A token is asked for anew so long before it expires. */
const earlyMs = 300_000;

/**
 * Tokens of the app's installation in a repository, each used for as long as it lasts. Kept in memory alone. `rest` goes as the
 * app.
 */
export function keepInstallationToken(
  rest: Pick<Rest, 'send'>,
  repository: string,
  permissions: Readonly<Record<string, 'write'>>,
  nowMs: () => number,
): () => Promise<string> {
  let kept: Promise<InstallationToken> | null = null;
  const renew = async (): Promise<InstallationToken> => {
    const { id } = await rest.send({
      ...{ asked: `the GitHub App in ${repository}`, subject: { repository }, method: 'GET' },
      path: `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/installation`,
      isBarredForGood: false,
    });
    return getInstallationToken(rest, Number(id), repository, permissions);
  };
  return async () => {
    const last = await kept?.catch(() => null);
    if (!last || last.expiresMs - earlyMs <= nowMs()) kept = renew();
    return (await kept!).token;
  };
}
