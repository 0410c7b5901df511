import { createHash, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  localSigner,
  publicPem,
  readPrivateKey,
  readPublicKey,
  signStatement,
  verifyBundle,
} from '../../../shared/package/bundle.ts';
import { compareFiles, makeStatement, readStatement } from '../../../shared/package/statement.ts';

const pair = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });
const { privateKey, publicKey } = pair();
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const files = ['model/b.json', 'gate-report.json', 'model/a.json'].map((name) => ({
  name,
  sha256: hash(name),
}));
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const bundle = await signStatement(makeStatement('spam-filter:7', files), localSigner(pemOf(privateKey)));

describe('a signed package', () => {
  it('has the form of OpenSSF model signing: a Sigstore bundle, a DSSE envelope, an in-toto statement', () => {
    const { mediaType, verificationMaterial, dsseEnvelope } = JSON.parse(bundle);
    expect(mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect(verificationMaterial.publicKey.hint).toBe(hash(publicPem(publicKey)));
    expect(publicPem(publicKey)).toMatch(/^-----BEGIN PUBLIC KEY-----\n[\s\S]+\n-----END PUBLIC KEY-----\n$/);
    const payload = Buffer.from(dsseEnvelope.payload, 'base64');
    const sorted = ['gate-report.json', 'model/a.json', 'model/b.json'];
    expect(JSON.parse(payload.toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'spam-filter:7', digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        serialization: {
          method: 'files',
          hash_type: 'sha256',
          allow_symlinks: false,
          ignore_paths: ['model.sig'],
        },
        resources: sorted.map((name) => ({ name, algorithm: 'sha256', digest: hash(name) })),
      },
    });
    // As DSSE has it, written out once more: type and payload, each after its length.
    const signed = Buffer.concat([
      Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${payload.length} `),
      payload,
    ]);
    const signature = Buffer.from(dsseEnvelope.signatures[0].sig, 'base64');
    expect(verify('sha256', signed, publicKey, signature)).toBe(true);
  });

  it('is named by its files and nothing else, in whatever order they come', () => {
    const digest = (all: typeof files) => makeStatement('x', all).subject[0].digest.sha256;
    expect(digest(files.toReversed())).toBe(digest(files));
    expect(digest(files.slice(1))).not.toBe(digest(files));
    const raw = files
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ sha256 }) => Buffer.from(sha256, 'hex'));
    expect(digest(files)).toBe(createHash('sha256').update(Buffer.concat(raw)).digest('hex'));
  });

  it('is verified by its key alone', () => {
    expect(verifyBundle(bundle, [publicKey])).toMatchObject({ files: expect.arrayContaining([...files]) });
    expect(verifyBundle(bundle, [pair().publicKey])).toMatch(
      /^the signature is not by this key, but by [0-9a-f]{12}$/,
    );
  });

  it('shows every change of what was signed, of the signature and of their form', () => {
    fc.assert(
      fc.property(fc.nat(bundle.length - 1), fc.constantFrom(...'abcXYZ019+/="{}[],:'), (at, mark) => {
        fc.pre(bundle[at] !== mark);
        const changed = `${bundle.slice(0, at)}${mark}${bundle.slice(at + 1)}`;
        const found = verifyBundle(changed, [publicKey]);
        // The hint and names that nobody reads may be others: what was signed is then the same.
        if (typeof found !== 'string') expect(found).toEqual(verifyBundle(bundle, [publicKey]));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['{}', 'it is not a signature: expected a Sigstore bundle'],
    ['', 'it is not a signature: it is not JSON'],
    ['null', 'it is not a signature: expected a Sigstore bundle'],
    [
      bundle.replace('vnd.in-toto+json', 'vnd.other+json'),
      'what was signed is not application/vnd.in-toto+json',
    ],
  ])('is not %j', (text, why) => {
    expect(verifyBundle(text, [publicKey])).toContain(why);
  });

  it.each([
    ['{', 'not JSON'],
    ['{"_type":"x"}', 'not an in-toto statement v1'],
    [
      JSON.stringify({ ...makeStatement('x', files), predicateType: 'https://slsa.dev/provenance/v1' }),
      'not a model',
    ],
    [
      JSON.stringify({ ...makeStatement('x', files), subject: makeStatement('x', []).subject }),
      'contradicts itself',
    ],
    [JSON.stringify(makeStatement('x', [...files, files[0]!])), 'lists a file twice'],
    [
      JSON.stringify({ ...makeStatement('x', files), predicate: { resources: [{ name: 'a' }] } }),
      'has no SHA-256',
    ],
  ])('does not say %s', (text, why) => {
    expect(readStatement(text)).toContain(why);
  });

  it('names what was changed, what is missing and what was added', () => {
    const found = [
      { name: 'model/a.json', sha256: hash('other') },
      files[0]!,
      { name: 'evil.so', sha256: hash('evil') },
    ];
    expect(compareFiles(files, found)).toEqual([
      'gate-report.json is missing',
      `model/a.json was changed: its SHA-256 is ${hash('other')}, and ${hash('model/a.json')} was signed`,
      'evil.so was added: it was not signed',
    ]);
    expect(compareFiles(files, files.toReversed())).toEqual([]);
  });
});

describe('a key', () => {
  it('is one of P-256, and no message has it', () => {
    const pem = privateKey.export({ type: 'sec1', format: 'pem' }) as string;
    expect(publicPem(readPrivateKey(pem))).toBe(publicPem(publicKey));
    expect(publicPem(readPublicKey(publicPem(publicKey)))).toBe(publicPem(publicKey));
    const others = [
      pair('P-384').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      pem.replace('A', 'B').slice(0, 90),
      '',
    ];
    for (const other of others) {
      expect(() => readPrivateKey(other)).toThrow(
        /^it is not a PEM file of a private key on the curve P-256/,
      );
      expect(() => readPublicKey(other)).toThrow(/^it is not a PEM file of a public key on the curve P-256/);
    }
  });
});
