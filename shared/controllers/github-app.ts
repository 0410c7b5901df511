/**
 * Lets us in at GitHub as an app: only the app whose rule it is may review a deployment.
 *
 * Sources: GitHub, "Generating a JSON Web Token (JWT) for a GitHub App" (RS256; `iat` a minute ago, `exp` ten minutes ahead at most;
 * `iss` the client id or the app's id), "Create an installation access token for an app" (201, `token`, for one hour). RFC 7519,
 * RFC 7515.
 *
 * Invariant: neither the token for the app nor that of an installation is kept.
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

/** A token that may review deployments of one repository, and nothing else. `rest` goes as the app. */
export async function getInstallationToken(
  rest: Pick<Rest, 'send'>,
  installationId: number,
  repository: string,
): Promise<string> {
  const { token } = await rest.send({
    ...{ asked: `installation ${installationId} of the GitHub App`, subject: { repository }, method: 'POST' },
    path: `/app/installations/${installationId}/access_tokens`,
    body: { repositories: [repository.split('/')[1]], permissions: { deployments: 'write' } },
    isBarredForGood: false,
  });
  if (typeof token === 'string' && token !== '') return token;
  throw new RatchetError('azure-unavailable', `installation ${installationId}: GitHub gave no token`, {
    subject: { repository },
  });
}
