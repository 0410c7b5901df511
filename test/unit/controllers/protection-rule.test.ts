import { createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAppKey, signAppToken } from '../../../shared/controllers/github-app.ts';
import { verifyGitHub } from '../../../shared/controllers/github-signature.ts';
import { ProtectionRuleSchema, readProtectionRule } from '../../../shared/controllers/protection-rule.ts';

const api = 'https://api.github.com';
const callback = `${api}/repos/contoso/models/actions/runs/123/deployment_protection_rule`;
const delivery = (more: object = {}, deployment: object = {}) => ({
  ...{ action: 'requested', environment: 'spam-filter/production', event: 'push' },
  deployment_callback_url: callback,
  deployment: { id: 9, ref: 'spam-filter/7', payload: {}, task: 'deploy', ...deployment },
  repository: { id: 1, full_name: 'contoso/models', private: true },
  ...{ installation: { id: 77 }, pull_requests: [], ...more },
});
const read = (more: object = {}, deployment: object = {}) =>
  readProtectionRule(ProtectionRuleSchema.parse(delivery(more, deployment)), api);
const question = { model: 'spam-filter', version: '7', stage: 'production' };

describe('a deployment that waits', () => {
  it('means the version of its tag and the stage of its environment', () => {
    const deployment = {
      ...{ repository: 'contoso/models', runId: '123', environment: 'spam-filter/production' },
      installationId: 77,
    };
    expect(read()).toEqual({ deployment, question });
    expect(read({}, { ref: 'refs/tags/spam-filter/7' }).question).toEqual(question);
    expect(read({ installation: undefined }).deployment.installationId).toBeNull();
  });

  it('means what its payload says, where that says anything', () => {
    const said = { model: 'other', version: '3', stage: 'canary' };
    expect(read({}, { payload: { ratchet: said } }).question).toEqual(said);
    expect(read({}, { payload: { ratchet: { ...said, version: 'latest' } } }).question).toEqual({
      problem: expect.stringContaining('payload.ratchet of the deployment: version:'),
    });
    expect(read({}, { payload: { ratchet: null } }).question).toHaveProperty('problem');
  });

  it.each([
    [{ environment: 'production' }, {}],
    [{ environment: 'spam-filter/' }, {}],
    [{}, { ref: 'main' }],
    [{}, { ref: 'other/7' }],
    [{}, { ref: 'spam-filter/7/8' }],
    [{}, { ref: 'spam-filter/07' }],
    [{}, { ref: 'refs/heads/spam-filter/7' }],
    [{}, { payload: '{"ratchet":{}}', ref: 'x' }],
  ])('whose version cannot be told says so: %j %j', (more, deployment) => {
    expect(read(more, deployment).question).toEqual({
      problem: expect.stringMatching(
        /^the environment must be called MODEL\/STAGE and the tag MODEL\/VERSION/,
      ),
    });
  });

  it.each([
    'https://evil.example/repos/contoso/models/actions/runs/123/deployment_protection_rule',
    'https://api.github.com.evil.example/repos/contoso/models/actions/runs/123/deployment_protection_rule',
    'https://api.github.com@evil.example/repos/contoso/models/actions/runs/123/deployment_protection_rule',
    'http://api.github.com/repos/contoso/models/actions/runs/123/deployment_protection_rule',
    'https://api.github.com/repos/contoso/other/actions/runs/123/deployment_protection_rule',
    'https://api.github.com/repos/contoso/models/actions/runs/../../x/deployment_protection_rule',
    'https://api.github.com/repos/contoso/models/actions/runs/123/deployment_protection_rule?x=1',
    'https://api.github.com/repos/contoso/models/actions/runs/123/cancel',
    'http://169.254.169.254/metadata',
    '',
  ])('is called back nowhere else: %s', (url) => {
    expect(() => read({ deployment_callback_url: url })).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    );
  });
});

describe('the signature of GitHub', () => {
  const body = Buffer.from('Hello, World!');
  const secret = "It's a Secret to Everybody";
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it('is what its documentation shows, under any of our secrets', () => {
    expect(() => verifyGitHub(signature, body, ['other', secret])).not.toThrow();
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['one without its kind', signature.slice(7)],
    ['that of SHA-1', `sha1=${'a'.repeat(40)}`],
    ['one cut short', signature.slice(0, -1)],
    ['one with more behind it', `${signature}0`],
    ['one of another body', `sha256=${createHmac('sha256', secret).update('Hello, World').digest('hex')}`],
    ['one under another secret', `sha256=${createHmac('sha256', 'other').update(body).digest('hex')}`],
  ])('is not %s', (_what, header) => {
    expect(() => verifyGitHub(header, body, [secret])).toThrow(
      expect.objectContaining({ code: 'bad-signature' }),
    );
  });
});

describe('the token of a GitHub App', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

  it('is signed by its key, begins a minute ago and lasts ten minutes at most', () => {
    const nowMs = Date.parse('2026-03-01T00:00:00Z');
    const [head, claims, signature] = signAppToken({ id: 'Iv1', key: pem }, nowMs).split('.') as [
      string,
      string,
      string,
    ];
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
    expect(decode(head)).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(decode(claims)).toEqual({ iat: nowMs / 1000 - 60, exp: nowMs / 1000 + 540, iss: 'Iv1' });
    const bytes = Buffer.from(signature, 'base64url');
    expect(verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, bytes)).toBe(true);
  });

  it('is made with a key whose line feeds may be written out, and with no other than RSA', () => {
    expect(readAppKey(pem.replaceAll('\n', '\\n'))).toBe(pem.trim());
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(readAppKey(ec.export({ type: 'pkcs8', format: 'pem' }).toString())).toBeNull();
    expect(readAppKey('key.pem')).toBeNull();
  });
});
