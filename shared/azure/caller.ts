/** Whom a token of Azure is of, in words for a person. Never the token. */

/**
 * By the claims of an access token ("Access token claims reference"): `xms_mirid` is the resource of a managed identity, `appid`
 * its client id, `oid` its object id in the directory. A token that cannot be read names nobody: none has to be readable.
 */
export function describeCaller(token: string): string {
  const { xms_mirid: resource, appid, oid } = readClaims(token);
  const ids = [
    ...(appid === undefined ? [] : [`client id ${appid}`]),
    ...(oid === undefined ? [] : [`object id ${oid}`]),
  ].join(', ');
  const name = resource?.slice(resource.lastIndexOf('/') + 1) ?? '';
  if (name === '') return ids === '' ? 'the identity of the app' : `the identity of the app (${ids})`;
  return `the identity of the app, ${name}${ids === '' ? '' : ` (${ids})`}`;
}

interface Claims {
  readonly xms_mirid?: string;
  readonly appid?: string;
  readonly oid?: string;
}

function readClaims(token: string): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const text = (name: keyof Claims) => (claims as Readonly<Record<string, unknown>> | null)?.[name];
    return Object.fromEntries(
      (['xms_mirid', 'appid', 'oid'] as const).flatMap((name) =>
        typeof text(name) === 'string' ? [[name, text(name)]] : [],
      ),
    );
  } catch {
    return {};
  }
}
