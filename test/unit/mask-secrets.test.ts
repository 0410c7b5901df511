import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskStream } from '../../local/azure-ml/job-runner/mask-stream.ts';
import { VirtualClock } from '../../local/clock/clock.ts';
import { createLog } from '../../local/process/log.ts';
import { RatchetError } from '../../shared/errors.ts';
import { readDocument, writeDocument } from '../../shared/ledger/document.ts';
import { maskSecrets, secretPattern } from '../../shared/mask-secrets.ts';

const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const pem = `-----BEGIN PRIVATE KEY-----\n${key}\n${key}\n-----END PRIVATE KEY-----`;
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqb2I6YSJ9.c2lnbmF0dXJlLW9mLXRoaXM';

describe('a secret of a known form', () => {
  it.each([
    [
      'a storage connection string',
      `AccountName=a;AccountKey=${key};EndpointSuffix=x`,
      'AccountName=a;AccountKey=***;EndpointSuffix=x',
    ],
    [
      'a Service Bus connection string',
      `Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=${key}`,
      'Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=***',
    ],
    ['a key in JSON', `{"accountKey":"${key}","b":1}`, '{"accountKey":"***","b":1}'],
    [
      'a key in JSON in JSON',
      JSON.stringify(`{"accountKey":"${key}","b":1}`),
      JSON.stringify('{"accountKey":"***","b":1}'),
    ],
    [
      'a shared access signature',
      'GET https://a.blob.core.windows.net/c/b?sv=2024-11-04&se=2026-01-01&sr=b&sp=r&sig=bWFkZSBvZiBieXRlcw%3D%3D&x=1 failed',
      'GET https://a.blob.core.windows.net/c/b?sv=2024-11-04&se=2026-01-01&sr=b&sp=r&sig=***&x=1 failed',
    ],
    [
      'one that is percent-encoded',
      'u=https%3A%2F%2Fx%2Fb%3Fsig%3DbWFkZSBvZiBieXRlcw%253D',
      'u=https%3A%2F%2Fx%2Fb%3Fsig%3D***',
    ],
    [
      'a password in an address',
      'GET http://jaeger:hunter2@host:16686/x failed',
      'GET http://jaeger:***@host:16686/x failed',
    ],
    ['one of HTML', 'x?a=1&amp;sig=bWFkZSBvZiBieXRlcw', 'x?a=1&amp;sig=***'],
    ['an Event Grid token', 'aeg-sas-token: r=https%3a%2f%2fx&e=1&s=abcdefghijklmnop', 'aeg-sas-token: ***'],
    ['a function key', 'https://app/api/x?code=A1b2C3d4E5f6G7h8I9j0==', 'https://app/api/x?code=***'],
    ['a header', `authorization: Bearer ${jwt}`, 'authorization: Bearer ***'],
    ['basic authentication', 'Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic ***'],
    ['a JSON Web Token', `token ${jwt} was refused`, 'token *** was refused'],
    ['a password', 'Server=x;Password=hunter2!;Database=d', 'Server=x;Password=***;Database=d'],
    ['a GitHub token', `ghp_${'a1'.repeat(18)}`, '***'],
    ['a secret of Entra', `AZURE_CLIENT_SECRET is abc8Q~${'x'.repeat(34)}`, 'AZURE_CLIENT_SECRET is ***'],
    ['the secret of a webhook', `signed with whsec_${key} today`, 'signed with *** today'],
    [
      'the address of a Slack webhook',
      'POST https://hooks.slack.com/services/T0000/B0000/abcdefABCDEF failed',
      'POST https://hooks.slack.com/services/*** failed',
    ],
    ['a private key', pem, '-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----'],
    [
      'a private key in JSON',
      JSON.stringify({ key: pem, b: 1 }),
      '{"key":"-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----","b":1}',
    ],
    [
      'a private key in JSON in JSON',
      JSON.stringify(JSON.stringify({ key: pem.replace('PRIVATE', 'EC PRIVATE') })),
      '"{\\"key\\":\\"-----BEGIN EC PRIVATE KEY-----***-----END PRIVATE KEY-----\\"}"',
    ],
  ])('in %s is replaced, and nothing around it', (_where, text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
    expect(maskSecrets(masked), 'masking again').toBe(masked);
  });

  it.each([
    'outputs.model: the job ended well but left no file in its folder',
    'password: required',
    'RATCHET_STORAGE: expected AccountKey=… or SharedAccessSignature=…, got nothing',
    'x-ratchet-signature must be t=UNIXSECONDS,v2=HEX, with 64 hexadecimal digits',
    'GET /api/decisions?continuation=bXkgbmV4dCBwYWdlIG9mIHJvd3M&since=2026-01-01',
    'the key of model spam-filter is its name',
    'azureml://datastores/workspaceblobstore/paths/runs/20260301-1f2e3d4c/model/',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ])('is not seen in %j', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('is in no message of an error', () => {
    expect(new RatchetError('azure-refused', `reading x?sig=${'a'.repeat(20)}`).message).toBe(
      'reading x?sig=***',
    );
  });

  it('is in no line of a log, and in no row of the ledger', () => {
    const lines: string[] = [];
    for (const json of [true, false]) {
      const write = (line: string) => void lines.push(line);
      createLog({ clock: new VirtualClock(0), json, least: 'info', write })('info', `sent Bearer ${jwt}`);
    }
    expect(lines.map((line) => line.includes('sent Bearer ***') && !line.includes(jwt))).toEqual([
      true,
      true,
    ]);
    const row = writeDocument({ error: `AccountKey=${key}`, naïve: 'é' }, {});
    expect(readDocument(row)).toEqual({ error: 'AccountKey=***', naïve: 'é' });
  });

  it('is looked for in a time that grows with the text alone', () => {
    const starts = [
      'eyJ-',
      'eyJaaaaaaaa.',
      'Password ',
      'AccountKey=',
      '?sig=',
      'Bearer ',
      'ghp_',
      'abc8Q~',
      '\'"',
      '%3Fs%3D',
    ];
    for (const start of starts) {
      const before = process.cpuUsage();
      maskSecrets(start.repeat(1_000_000 / start.length));
      maskSecrets(`${start}${' '.repeat(1_000_000)}`);
      const { user } = process.cpuUsage(before);
      expect(user / 1e6, start).toBeLessThan(3);
    }
  });

  it('leaves JSON as JSON, whatever the text', () => {
    const piece = fc.constantFrom(
      'AccountKey=',
      key,
      '"',
      '\\',
      ' ',
      "'",
      'sig=',
      '&',
      '?',
      jwt,
      ':',
      'password',
      '=',
      'é',
      '\n',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 3 }), (value) => {
        expect(Object.keys(JSON.parse(maskSecrets(JSON.stringify(value)))).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('a secret that is known', () => {
  const secrets = [
    'pa$$ (w)ord+*',
    'pa$$ (w)ord+*, longer',
    'short',
    '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----',
  ];
  const pattern = secretPattern(secrets);

  it('is replaced as it is, percent-encoded and in JSON, the longest first', () => {
    expect(maskSecrets('a pa$$ (w)ord+* b', pattern)).toBe('a *** b');
    expect(maskSecrets('a pa$$ (w)ord+*, longer b', pattern)).toBe('a *** b');
    expect(maskSecrets(`x=${encodeURIComponent(secrets[0]!)}&y`, pattern)).toBe('x=***&y');
    expect(maskSecrets('MIIEvQIBADANBg alone', pattern)).toBe('*** alone');
  });

  it('of a few characters is left: it stands in ordinary text by chance', () => {
    expect(maskSecrets('a short text', pattern)).toBe('a short text');
  });
});

describe('a stream of output', () => {
  const known = 'tók€n-of-this-job-0123456789';
  const masked = (chunks: readonly Uint8Array[]): Buffer => {
    const stream = new MaskStream([known]);
    return Buffer.concat([...chunks.map((chunk) => stream.push(chunk)), stream.end()]);
  };
  const cut = (bytes: Uint8Array, at: readonly number[]): Uint8Array[] => {
    const ends = [...new Set(at.map((share) => Math.floor(share * bytes.length)))].sort((a, b) => a - b);
    return [...ends, bytes.length].map((end, n) => bytes.subarray(n === 0 ? 0 : ends[n - 1], end));
  };
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

  it('loses its secrets wherever it is cut, and nothing else', () => {
    const piece = fc.constantFrom(
      known,
      `AccountKey=${key}`,
      `Bearer ${jwt}`,
      'epoch 1',
      '\n',
      ' ',
      '\r',
      'naïve',
      `${known}${known}`,
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), shares, (pieces, at) => {
        const text = pieces.join('');
        const expected = maskSecrets(text, secretPattern([known]));
        expect(masked(cut(Buffer.from(text), at)).toString()).toBe(expected);
        expect(expected).not.toContain(known);
      }),
    );
  });

  it('passes bytes of any kind as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), shares, (bytes, at) => {
        fc.pre(maskSecrets(Buffer.from(bytes).toString('latin1')) === Buffer.from(bytes).toString('latin1'));
        expect(masked(cut(bytes, at))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('loses a secret of a line without end', () => {
    for (const at of [40_000, 65_536 - 20, 65_536 - 16_384 - 10, 70_000]) {
      const line = Buffer.from(`${'x'.repeat(at)} ${known} ${'y'.repeat(100_000)} ${known}`);
      const chunks = Array.from({ length: Math.ceil(line.length / 4096) }, (_, n) =>
        line.subarray(n * 4096, (n + 1) * 4096),
      );
      expect(masked(chunks).toString()).toBe(`${'x'.repeat(at)} *** ${'y'.repeat(100_000)} ***`);
    }
  });

  it('swallows a secret that is longer than all that is held', () => {
    const line = Buffer.from(`sent Bearer ${'a1'.repeat(200_000)} and went on\n`);
    const chunks = Array.from({ length: Math.ceil(line.length / 8192) }, (_, n) =>
      line.subarray(n * 8192, (n + 1) * 8192),
    );
    expect(masked(chunks).toString()).toMatch(/^sent (?:Bearer )?\*\*\* and went on\n$/);
  });

  it('passes whole lines on at once', () => {
    const stream = new MaskStream([]);
    expect(stream.push(Buffer.from('epoch 1\nepoch')).toString()).toBe('epoch 1\n');
    expect(stream.push(Buffer.from(' 2\n')).toString()).toBe('epoch 2\n');
  });
});
