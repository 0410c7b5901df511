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
      'it is no PEM of a private key of the curve P-256 (openssl ecparam -genkey -name prime256v1 -noout)',
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
    throw new Error('it is no PEM of a public key of the curve P-256 (openssl ec -in key.pem -pubout)');
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

/** The bundle as text, for a file `model.sig`. */
export function signStatement(statement: Statement, key: KeyObject): string {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign('sha256', encode(payloadType, payload), { key, dsaEncoding: 'der' });
  const bundle = {
    mediaType,
    verificationMaterial: { publicKey: { hint: hintOf(key) }, tlogEntries: [] },
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

/** The files that a bundle is the signature of, or why it is none by this key. */
export function verifyBundle(
  text: string,
  key: KeyObject,
): { readonly digest: string; readonly files: readonly PackageFile[] } | string {
  if (text.length > bundleCharsAtMost) return 'it is no signature: it is too large';
  let bundle: Bundle;
  try {
    bundle = JSON.parse(text) as Bundle;
  } catch {
    return 'it is no signature: it is no JSON';
  }
  const { payload, payloadType: type, signatures } = bundle?.dsseEnvelope ?? {};
  const [first, ...more] = Array.isArray(signatures) ? (signatures as { sig?: unknown }[]) : [];
  if (bundle?.mediaType !== mediaType || typeof payload !== 'string' || typeof first?.sig !== 'string')
    return `it is no signature: expected a Sigstore bundle, ${mediaType}`;
  if (type !== payloadType) return `what is signed is no ${payloadType}`;
  if (more.length > 0) return 'it has several signatures: exactly one is expected';
  const bytes = Buffer.from(payload, 'base64');
  if (
    !verify(
      'sha256',
      encode(payloadType, bytes),
      { key, dsaEncoding: 'der' },
      Buffer.from(first.sig, 'base64'),
    )
  ) {
    const hint = bundle.verificationMaterial?.publicKey?.hint;
    return hint === hintOf(key)
      ? 'the signature is wrong: what was signed was changed'
      : 'the signature is not by this key';
  }
  return readStatement(bytes.toString('utf8'));
}
