/**
 * Signs with a key that never leaves Azure Key Vault, or a managed HSM.
 *
 * Owns: what is asked of the vault, and what its answers mean. Does not own: what is signed (shared/package).
 *
 * Sources (Key Vault REST 7.4): "Get Key" (a JSON Web Key: `kty` EC or EC-HSM, `crv` P-256, `x`, `y`), "Sign" (`alg` ES256, `value` the
 * SHA-256 of what is signed, base64url; it answers r and s, 32 bytes each: RFC 7518, 3.4).
 *
 * Invariants
 * 1. The key is one version of it, named in the setting: another version signs nothing until somebody says so.
 * 2. A signature is given only where the vault's own public key verifies it.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { VaultKey } from '../domain/vault-key.ts';
import { RatchetError } from '../errors.ts';

type Json = Readonly<Record<string, unknown>>;

/** The exchange with the vault: JSON over HTTPS, with a token for it. */
interface Exchange {
  send(call: {
    readonly asked: string;
    readonly subject: Readonly<Record<string, string>>;
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly body?: object;
    readonly isBarredForGood: boolean;
  }): Promise<Json>;
}

/** For which audience a token is asked: the vault's host without its own name. */
export function vaultScopeOf({ vault }: VaultKey): string {
  const { hostname } = new URL(vault);
  const [, ...others] = hostname.split('.');
  return others.length >= 2 ? `https://${others.join('.')}/.default` : 'https://vault.azure.net/.default';
}

/** What is to be done about a refusal. */
export function adviseVault(status: number): string {
  if (status === 401 || status === 403)
    return "give the app's identity the role Key Vault Crypto User on the key, and see that this version of it is enabled: docs/packages.md";
  return status === 404 ? 'correct RATCHET_SIGNING_KEY: docs/packages.md' : '';
}

export async function getVaultKey(exchange: Exchange, key: VaultKey): Promise<KeyObject> {
  const { key: jwk } = await exchange.send(callOf(key, 'GET', ''));
  const { kty, crv, x, y } = (jwk ?? {}) as Record<string, unknown>;
  const isCurve = (kty === 'EC' || kty === 'EC-HSM') && crv === 'P-256';
  if (!isCurve || typeof x !== 'string' || typeof y !== 'string')
    throw refusal(key, `it is ${String(kty)} ${String(crv ?? '')}, and must be of the curve P-256`);
  try {
    return createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' });
  } catch (cause) {
    throw refusal(key, 'its public half cannot be read', cause);
  }
}

/** The signature, DER. */
export async function signInVault(
  exchange: Exchange,
  key: VaultKey,
  publicKey: KeyObject,
  bytes: Uint8Array,
): Promise<Buffer> {
  const digest = createHash('sha256').update(bytes).digest('base64url');
  const { value } = await exchange.send(callOf(key, 'POST', '/sign', { alg: 'ES256', value: digest }));
  const raw = typeof value === 'string' ? Buffer.from(value, 'base64url') : Buffer.alloc(0);
  const der = raw.length === 64 ? toDer(raw) : null;
  if (der && verify('sha256', bytes, { key: publicKey, dsaEncoding: 'der' }, der)) return der;
  throw refusal(key, 'what it answered is no signature by it');
}

function callOf({ name, version }: VaultKey, method: 'GET' | 'POST', more: string, body?: object) {
  return {
    ...{ asked: `key ${name} of the key vault`, subject: { key: name }, method, isBarredForGood: true },
    ...{ path: `/keys/${name}/${version}${more}`, query: { 'api-version': '7.4' } },
    ...(body && { body }),
  };
}

/** Two integers, r and s, as DER has them: an INTEGER that would look negative is led by a zero. */
function toDer(raw: Buffer): Buffer {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((part) => {
    const start = part.findIndex((byte) => byte !== 0);
    const trimmed = start < 0 ? Buffer.from([0]) : part.subarray(start);
    const whole = trimmed[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed;
    return Buffer.concat([Buffer.from([0x02, whole.length]), whole]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function refusal({ name }: VaultKey, why: string, cause?: unknown): RatchetError {
  return new RatchetError('azure-refused', `key ${name} of the key vault: ${why}`, {
    subject: { key: name },
    cause,
  });
}
