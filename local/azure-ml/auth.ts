/**
 * Who may ask what.
 *
 * Everyone with a genuine token for this workspace may do everything, except a job: its token is good for the
 * tracking routes alone, writes to its own run alone, and ends with its attempt.
 */

import { ServiceError } from '../http/service-error.ts';
import type { TokenAuthority } from '../identity/index.ts';
import type { JobStore } from './store/jobs.ts';

export type Caller = { readonly kind: 'app' } | { readonly kind: 'job'; readonly job: string };

const audiences = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://ml.azure.com',
];
const jobAudience = 'https://ml.azure.com';
const jobTokenLifetimeS = 7 * 86_400;

export function issueJobToken(authority: TokenAuthority, job: string, attempt: number): string {
  const subject = `job:${job}:${attempt}`;
  return authority.issue({ resource: jobAudience, subject, lifetimeS: jobTokenLifetimeS }).token;
}

/** Throws 401 unless `authorization` carries a token that is good here. `origin` is an audience, too. */
export function authenticate(
  authorization: string | undefined,
  authority: TokenAuthority,
  jobs: JobStore,
  origin: string,
): Caller {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token)
    throw unauthorized(
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    );
  const claims = authority.verify(token);
  if (!claims) throw unauthorized('InvalidAuthenticationToken', 'The access token is invalid or expired.');
  if (![...audiences, origin].includes(claims.aud.replace(/\/+$/, ''))) {
    const message = `The access token is for ${JSON.stringify(claims.aud)}; ask for one for ${audiences[0]} or ${origin}.`;
    throw unauthorized('InvalidAuthenticationTokenAudience', message);
  }
  const ofJob = /^job:(.+):(\d+)$/.exec(claims.sub);
  if (!ofJob) return { kind: 'app' };
  if (jobs.find(ofJob[1]!)?.attempts !== Number(ofJob[2])) {
    throw unauthorized(
      'ExpiredAuthenticationToken',
      'The access token belongs to an earlier attempt of the job.',
    );
  }
  return { kind: 'job', job: ofJob[1]! };
}

export function forbidden(what: string): ServiceError {
  return new ServiceError(403, 'AuthorizationFailed', `The token of a job does not allow it to ${what}.`);
}

function unauthorized(code: string, message: string): ServiceError {
  return new ServiceError(401, code, message, {
    'www-authenticate': 'Bearer authorization_uri="https://login.windows.net/", error="invalid_token"',
  });
}
