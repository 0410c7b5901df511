/**
 * Signatures of packages: a Sigstore bundle v0.3 with a DSSE envelope, signed by a key of one's own (ECDSA over P-256, SHA-256), as
 * the OpenSSF model signing specification has it. Whatever verifies that format by a public key verifies these.
 *
 * Invariants
 * 1. What is signed is the envelope's type and the very bytes of its payload (DSSE's pre-authentication encoding).
 * 2. A bundle is verified by the key that the caller trusts. The bundle names a key by its hash; that is a hint, and proves
 *    nothing.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type PackageFile, readStatement, type Statement } from './statement.ts';

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const payloadType = 'application/vnd.in-toto+json';
/** Larger is none that anybody has signed. */
const bundleCharsAtMost = 64 * 1024 * 1024;

/** Throws where the text is no key, or one of another kind. Its message never has the key. */
export function readPrivateKey(pem: string): KeyObject {
  try {
    return requireP256(createPrivateKey(pem));
  } catch {
    throw new Error(
      'it is not a PEM file of a private key on the curve P-256 (openssl ecparam -genkey -name prime256v1 -noout)',
    );
  }
}

/** Whether a text is a key that packages can be signed with. */
export function isSigningKey(pem: string): boolean {
  try {
    return readPrivateKey(pem).type === 'private';
  } catch {
    return false;
  }
}

/** A public key; of a private one its public half. */
export function readPublicKey(pem: string): KeyObject {
  try {
    return requireP256(createPublicKey(pem));
  } catch {
    throw new Error(
      'it is not a PEM file of a public key on the curve P-256 (openssl ec -in key.pem -pubout)',
    );
  }
}

/** Public keys, one PEM after the other. Throws as `readPublicKey` does. */
export function readPublicKeys(text: string): readonly KeyObject[] {
  const pems = text.split(/(?<=-----END [A-Z ]+-----)/).filter((part) => part.trim() !== '');
  return pems.map(readPublicKey);
}

/** Whether a text is public keys, and has nothing secret. */
export function arePublicKeys(text: string): boolean {
  try {
    return !text.includes('PRIVATE KEY') && readPublicKeys(text).length > 0;
  } catch {
    return false;
  }
}

function requireP256(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new Error('another kind of key');
}

export function publicPem(key: KeyObject): string {
  return (key.type === 'public' ? key : createPublicKey(key)).export({
    type: 'spki',
    format: 'pem',
  }) as string;
}

/** Whatever has the key. */
export interface Signer {
  readonly publicKey: KeyObject;
  /** The signature (ECDSA over P-256 with SHA-256) of these bytes, DER. */
  readonly sign: (bytes: Uint8Array) => Promise<Buffer>;
}

/** With a key at hand. Throws as `readPrivateKey` does. */
export function localSigner(pem: string): Signer {
  const key = readPrivateKey(pem);
  return {
    publicKey: createPublicKey(key),
    sign: async (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'der' }),
  };
}

/** The bundle as text, for a file `model.sig`. */
export async function signStatement(statement: Statement, signer: Signer): Promise<string> {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = await signer.sign(encode(payloadType, payload));
  const bundle = {
    mediaType,
    verificationMaterial: { publicKey: { hint: hintOf(signer.publicKey) }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: sig.toString('base64'), keyid: '' }],
    },
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

const hintOf = (key: KeyObject): string => createHash('sha256').update(publicPem(key)).digest('hex');

/** DSSE's pre-authentication encoding: no type can be taken for a part of a payload. */
function encode(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

interface Bundle {
  readonly mediaType?: unknown;
  readonly verificationMaterial?: { readonly publicKey?: { readonly hint?: unknown } };
  readonly dsseEnvelope?: {
    readonly payload?: unknown;
    readonly payloadType?: unknown;
    readonly signatures?: unknown;
  };
}

export interface Verified {
  readonly digest: string;
  readonly files: readonly PackageFile[];
  /** Which of the keys has signed: SHA-256 over its PEM, hex. */
  readonly keyHash: string;
}

/** The files that a bundle is the signature of, or why it is none by any of these keys. */
export function verifyBundle(text: string, keys: readonly KeyObject[]): Verified | string {
  if (text.length > bundleCharsAtMost) return 'it is not a signature: it is too large';
  let bundle: Bundle;
  try {
    bundle = JSON.parse(text) as Bundle;
  } catch {
    return 'it is not a signature: it is not JSON';
  }
  const { payload, payloadType: type, signatures } = bundle?.dsseEnvelope ?? {};
  const [first, ...more] = Array.isArray(signatures) ? (signatures as { sig?: unknown }[]) : [];
  if (bundle?.mediaType !== mediaType || typeof payload !== 'string' || typeof first?.sig !== 'string')
    return `it is not a signature: expected a Sigstore bundle, ${mediaType}`;
  if (type !== payloadType) return `what was signed is not ${payloadType}`;
  if (more.length > 0) return 'it has several signatures: exactly one is expected';
  const bytes = Buffer.from(payload, 'base64');
  const signed = encode(payloadType, bytes);
  const sig = Buffer.from(first.sig, 'base64');
  // The hint is not asked which: whoever changes a bundle changes that, too.
  const by = keys.find((key) => verify('sha256', signed, { key, dsaEncoding: 'der' }, sig));
  if (!by) return describeStranger(bundle.verificationMaterial?.publicKey?.hint, keys);
  const statement = readStatement(bytes.toString('utf8'));
  return typeof statement === 'string' ? statement : { ...statement, keyHash: hintOf(by) };
}

function describeStranger(hint: unknown, keys: readonly KeyObject[]): string {
  if (keys.some((key) => hint === hintOf(key)))
    return 'the signature does not match: what was signed was changed';
  const named =
    typeof hint === 'string' && /^[0-9a-f]{64}$/.test(hint) ? `, but by ${hint.slice(0, 12)}` : '';
  return `the signature is not by ${keys.length === 1 ? 'this key' : `any of the ${keys.length} keys`}${named}`;
}
