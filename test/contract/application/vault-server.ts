/**
 * A key vault as far as packages are signed with it, on one TLS port: Get Key and Sign of version 7.4, of EC keys on P-256.
 *
 * As strict as documented: a genuine token for the vault, the api-version, a digest of 32 bytes, an enabled version of a key that may
 * sign. Private halves never leave it.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { jsonBodies } from '../../../local/http/guard.ts';
import { type Reply, readJson, send } from '../../../local/http/json-exchange.ts';
import { listenOnLoopback } from '../../../local/http/listen.ts';
import type { TokenAuthority } from '../../../local/identity/index.ts';
import type { TlsMaterial } from '../../../local/tls/index.ts';
import { signDigest } from './sign-digest.ts';

interface Kept {
  readonly name: string;
  readonly version: string;
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly mayDo: readonly string[];
  isEnabled: boolean;
}

const refuse = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { code, message } },
});

export async function startVault(tls: TlsMaterial, identity: TokenAuthority) {
  const keys: Kept[] = [];
  const asked: string[] = [];
  /** Makes a signature of what was sent; a vault that lies makes another one. */
  let lies = false;
  const { origin, serve, stop } = await listenOnLoopback({ port: 0, tls, bodies: jsonBodies });

  serve((message, response) => {
    void (async () => {
      const url = new URL(message.url ?? '/', origin);
      const body = message.method === 'POST' ? await readJson(message) : undefined;
      asked.push(`${message.method} ${url.pathname}`);
      send(message, response, answer(message.method ?? '', url, message.headers.authorization, body));
    })();
  });

  function answer(method: string, url: URL, authorization: string | undefined, body: unknown): Reply {
    const claims = identity.verify(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '');
    if (claims?.aud.replace(/\/+$/, '') !== 'https://vault.azure.net')
      return refuse(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.');
    if (url.searchParams.get('api-version') !== '7.4')
      return refuse(400, 'BadParameter', 'api-version is missing or not supported');
    const [, kind, name, version, verb, ...more] = url.pathname.split('/');
    const key = keys.find((each) => each.name === name && each.version === version);
    if (kind !== 'keys' || more.length > 0) return refuse(404, 'NotFound', 'Not found');
    if (!key)
      return refuse(
        404,
        'KeyNotFound',
        `A key with (name/id) ${name}/${version} was not found in this key vault.`,
      );
    const ask = verb === undefined ? 'get' : verb;
    if (!key.isEnabled) return refuse(403, 'Forbidden', `Operation ${ask} is not allowed on a disabled key.`);
    if (method === 'GET' && ask === 'get') {
      const { x, y } = key.pair.publicKey.export({ format: 'jwk' });
      const { namedCurve } = key.pair.publicKey.asymmetricKeyDetails!;
      const crv = namedCurve === 'prime256v1' ? 'P-256' : 'P-384';
      const kid = `${origin}/keys/${name}/${version}`;
      return {
        status: 200,
        body: { key: { kid, kty: 'EC', crv, x, y, key_ops: key.mayDo }, attributes: { enabled: true } },
      };
    }
    if (method !== 'POST' || ask !== 'sign') return refuse(405, 'MethodNotAllowed', 'Not allowed');
    return signed(key, body);
  }

  function signed(key: Kept, body: unknown): Reply {
    const { alg, value } = (body ?? {}) as Record<string, unknown>;
    if (!key.mayDo.includes('sign'))
      return refuse(403, 'Forbidden', 'Operation sign is not permitted on this key.');
    if (alg !== 'ES256')
      return refuse(400, 'BadParameter', `Key and signing algorithm are incompatible: ${String(alg)}`);
    const digest =
      typeof value === 'string' && /^[\w-]+$/.test(value) ? Buffer.from(value, 'base64url') : Buffer.alloc(0);
    if (digest.length !== 32)
      return refuse(
        400,
        'BadParameter',
        `Invalid length of 'value': ${digest.length} bytes. Algorithm ES256 requires 32 bytes, encoded with base64url.`,
      );
    const what = lies ? Buffer.alloc(32, 7) : digest;
    const raw = signDigest(what, key.pair.privateKey);
    return {
      status: 200,
      body: { kid: `${origin}/keys/${key.name}/${key.version}`, value: raw.toString('base64url') },
    };
  }

  return {
    asked,
    stop,
    lie: (yes: boolean) => {
      lies = yes;
    },
    /** The identifier of a new version of a key. */
    make(name: string, more: { readonly namedCurve?: string; readonly mayDo?: readonly string[] } = {}) {
      const { namedCurve = 'P-256', mayDo = ['sign', 'verify'] } = more;
      const version = keys.length.toString(16).padStart(32, '0');
      const kept: Kept = {
        name,
        version,
        pair: generateKeyPairSync('ec', { namedCurve }),
        mayDo,
        isEnabled: true,
      };
      keys.push(kept);
      return {
        id: `${origin}/keys/${name}/${version}`,
        publicKey: kept.pair.publicKey,
        disable: () => {
          kept.isEnabled = false;
        },
      };
    },
  };
}
