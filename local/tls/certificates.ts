/**
 * Makes the two certificates of the local cloud: an authority, and the server certificate it signs.
 *
 * Node signs and reads X.509 but does not write it, hence the few lines of DER here.
 * The authority may only vouch for this machine's loopback names, and its key is forgotten once it has signed:
 * nothing on disk can make another certificate that trusts it.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  context,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

export interface Certificates {
  /** PEM of the authority: what a client is told to trust. */
  readonly ca: string;
  /** PEM of the server's certificate and of its private key. */
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;
const validityDays = 397;

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const loopback = { dnsName: 'localhost', ipv4: [127, 0, 0, 1], ipv6: [...Array(15).fill(0), 1] as number[] };

export function makeCertificates(now: Date): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const common = { issuer: 'Ratchet local cloud authority', now, issuerKey: authority.privateKey };
  const ca = certificate({
    ...common,
    subject: common.issuer,
    publicKey: authority.publicKey,
    extensions: authorityExtensions(keyId(authority.publicKey)),
  });
  const cert = certificate({
    ...common,
    subject: 'localhost',
    publicKey: server.publicKey,
    extensions: serverExtensions(keyId(authority.publicKey)),
  });
  return { ca, cert, key: server.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

interface CertificateRequest {
  readonly issuer: string;
  readonly subject: string;
  readonly now: Date;
  readonly issuerKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate(request: CertificateRequest): string {
  // An hour's grace for a clock that is set back.
  const notBefore = new Date(request.now.getTime() - dayMs / 24);
  const notAfter = new Date(request.now.getTime() + validityDays * dayMs);
  const toBeSigned = sequence(
    context(0, integer(Buffer.from([2])), 'constructed'),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    distinguishedName(request.issuer),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(request.subject),
    publicKeyInfo(request.publicKey),
    context(3, sequence(...request.extensions), 'constructed'),
  );
  const signature = sign('sha256', toBeSigned, request.issuerKey);
  return pem(sequence(toBeSigned, ecdsaWithSha256, bitString(signature)));
}

function authorityExtensions(id: Buffer): Buffer[] {
  const permitted = [
    sequence(context(2, Buffer.from(loopback.dnsName), 'primitive')),
    sequence(context(7, Buffer.from([...loopback.ipv4, 255, 255, 255, 255]), 'primitive')),
    sequence(context(7, Buffer.from([...loopback.ipv6, ...Array<number>(16).fill(255)]), 'primitive')),
  ];
  return [
    critical('2.5.29.19', sequence(boolean(true), integer(Buffer.from([0])))),
    // keyCertSign (bit 5) only.
    critical('2.5.29.15', bitString(Buffer.from([0b0000_0100]), 2)),
    extension('2.5.29.14', octetString(id)),
    critical('2.5.29.30', sequence(context(0, Buffer.concat(permitted), 'constructed'))),
  ];
}

function serverExtensions(authorityId: Buffer): Buffer[] {
  const names = sequence(
    context(2, Buffer.from(loopback.dnsName), 'primitive'),
    context(7, Buffer.from(loopback.ipv4), 'primitive'),
    context(7, Buffer.from(loopback.ipv6), 'primitive'),
  );
  return [
    critical('2.5.29.19', sequence()),
    // digitalSignature (bit 0) only.
    critical('2.5.29.15', bitString(Buffer.from([0b1000_0000]), 7)),
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.35', sequence(context(0, authorityId, 'primitive'))),
    extension('2.5.29.17', names),
  ];
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), octetString(value));
}

function critical(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), boolean(true), octetString(value));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))));
}

function publicKeyInfo(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
