/**
 * Who may ask an endpoint for predictions: `Authorization: Bearer`, with a key, a token of the endpoint, or one of Entra,
 * as its `authMode` says ("Authenticate clients for online endpoints").
 */
import { timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../../http/service-error.ts';
import type { TokenAuthority } from '../../identity/index.ts';
import { workspaceId } from '../arm/resource.ts';
import type { EndpointKeyStore } from '../store/endpoint-keys.ts';
import type { Endpoint } from '../store/online.ts';

const entraAudience = 'https://ml.azure.com';
const tokenLifetimeS = 8 * 3_600;
const refreshBeforeS = 3_600;

/** Throws 401. */
export function authorize(
  authorization: string | undefined,
  endpoint: Endpoint,
  authority: TokenAuthority,
  keys: EndpointKeyStore,
): void {
  const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (given !== undefined && isGood(given, endpoint, authority, keys)) return;
  const { authMode } = endpoint.resource.properties;
  const [what, next] = hints[authMode];
  const seen = given === undefined ? 'none was sent' : 'what was sent is none, or has expired';
  throw new ServiceError(
    401,
    'Unauthorized',
    `Endpoint ${endpoint.endpoint} takes ${what} as Authorization: Bearer; ${seen}: ask ${next}`,
    { 'www-authenticate': 'Bearer' },
  );
}

const hints = {
  Key: ['one of its keys', 'listKeys'],
  AMLToken: ['a token of its own', 'POST .../token'],
  AADToken: [`a token of Microsoft Entra for ${entraAudience}`, 'the identity endpoint'],
} as const;

function isGood(
  given: string,
  endpoint: Endpoint,
  authority: TokenAuthority,
  keys: EndpointKeyStore,
): boolean {
  const { authMode } = endpoint.resource.properties;
  if (authMode === 'Key') {
    const { primaryKey, secondaryKey } = keys.of(endpoint.endpoint);
    return [primaryKey, secondaryKey].some((key) => sameText(given, key));
  }
  const claims = authority.verify(given);
  if (!claims) return false;
  const audience = claims.aud.replace(/\/+$/, '');
  if (authMode === 'AMLToken') return audience === audienceOf(endpoint) && claims.sub === subjectOf(endpoint);
  return audience === entraAudience && !claims.sub.includes(':');
}

/** As `POST .../token` answers. Times are seconds since the Unix epoch. */
export function issueEndpointToken(endpoint: Endpoint, authority: TokenAuthority) {
  const { token, claims } = authority.issue({
    resource: audienceOf(endpoint),
    subject: subjectOf(endpoint),
    lifetimeS: tokenLifetimeS,
  });
  return {
    accessToken: token,
    expiryTimeUtc: claims.exp,
    refreshAfterTimeUtc: claims.exp - refreshBeforeS,
    tokenType: 'Bearer',
  };
}

const audienceOf = ({ endpoint }: Endpoint): string => `${workspaceId}/onlineEndpoints/${endpoint}`;
/** One that is made again under the same name takes no tokens of the one before. */
const subjectOf = ({ seq }: Endpoint): string => `endpoint:${seq}`;

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
