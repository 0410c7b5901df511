/** Packages signed by a key that stays in a key vault, over the wire, and by one key after another. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { startIdentity } from '../../../local/identity/index.ts';
import { openTls } from '../../../local/tls/index.ts';
import { publicPem, signStatement, verifyBundle } from '../../../shared/package/bundle.ts';
import { makeStatement } from '../../../shared/package/statement.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { failureOf } from '../release-target/target-fixture.ts';
import { cloudContext } from './local-services.ts';
import { startVault } from './vault-server.ts';

const home = mkdtempSync(join(tmpdir(), 'ratchet-vault-'));
const tls = openTls(join(home, 'tls'));
const identity = await startIdentity({ ...cloudContext(home, 'identity'), port: 0 });
vi.stubEnv('IDENTITY_ENDPOINT', identity.environment.IDENTITY_ENDPOINT);
vi.stubEnv('IDENTITY_HEADER', identity.environment.IDENTITY_HEADER);
const vault = await startVault(tls, identity);
afterAll(async () => {
  await vault.stop();
  await identity.stop();
  rmSync(home, { recursive: true, force: true });
});

const wired = (signingKey: string, trusted = '') =>
  createWiring({
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_CA_FILE: tls.caFile,
    RATCHET_STORAGE: 'UseDevelopmentStorage=true',
    RATCHET_CONTAINER: localCloud.container,
    ...(signingKey !== '' && { RATCHET_SIGNING_KEY: signingKey }),
    ...(trusted !== '' && { RATCHET_TRUSTED_KEYS: trusted }),
  });
const statement = makeStatement('spam-filter:7', [{ name: 'model/a.json', sha256: 'a'.repeat(64) }]);

describe('a key in a vault', () => {
  it('signs packages that its public half verifies, again and again, and is asked for that half once', async () => {
    const key = vault.make('ratchet');
    const wiring = wired(key.id);
    // Signatures differ each time; an integer of one begins with a zero byte, or a high bit, every few times.
    for (let time = 0; time < 40; time++) {
      const bundle = await signStatement(statement, (await wiring.signer())!);
      expect(verifyBundle(bundle, [key.publicKey])).toMatchObject({ files: [{ name: 'model/a.json' }] });
    }
    expect(vault.asked.filter((each) => each.startsWith('GET'))).toHaveLength(1);
    expect((await wiring.trustedKeys()).map(publicPem)).toEqual([publicPem(key.publicKey)]);
  });

  it.each([
    ['of another curve', { namedCurve: 'P-384' }, /it is EC P-384, and must be of the curve P-256$/],
    [
      'that may not sign',
      { mayDo: ['verify'] },
      /answered 403.*; give the app's identity the role Key Vault Crypto User on the key, and see that this version of it is enabled/,
    ],
  ])('%s is refused, and says what to do', async (_what, more, says) => {
    const { id } = vault.make('other', more);
    const sign = async () => signStatement(statement, (await wired(id).signer())!);
    expect(await failureOf(sign())).toMatchObject({
      code: 'azure-refused',
      message: expect.stringMatching(says),
    });
  });

  it('that is disabled, or not there, is refused', async () => {
    const key = vault.make('old');
    key.disable();
    expect((await failureOf(wired(key.id).signer())).message).toMatch(/answered 403.*Crypto User/);
    const gone = key.id.replace(/[^/]+$/, 'f'.repeat(32));
    expect((await failureOf(wired(gone).signer())).message).toMatch(
      /answered 404.*; correct RATCHET_SIGNING_KEY/,
    );
  });

  it('is not believed where what it answers is no signature by it', async () => {
    const signer = (await wired(vault.make('lying').id).signer())!;
    vault.lie(true);
    const failure = await failureOf(signStatement(statement, signer));
    vault.lie(false);
    expect(failure).toMatchObject({
      code: 'azure-refused',
      message: 'key lying of the key vault: what it answered is no signature by it',
    });
  });
});

describe('keys one after another', () => {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pemOf = (key: ReturnType<typeof pair>['privateKey']) =>
    key.export({ type: 'pkcs8', format: 'pem' }) as string;

  it('verify what any of them has signed, and say which', async () => {
    const [old, older] = [pair(), pair()];
    const today = vault.make('today');
    const wiring = wired(today.id, [old, older].map(({ publicKey }) => publicPem(publicKey)).join(''));
    const keys = await wiring.trustedKeys();
    expect(keys).toHaveLength(3);
    for (const { privateKey } of [old, older]) {
      const before = (await wired(pemOf(privateKey)).signer())!;
      const verified = verifyBundle(await signStatement(statement, before), keys);
      const [own] = [publicPem(createPublicKey(privateKey))];
      const { createHash } = await import('node:crypto');
      expect(verified).toMatchObject({ keyHash: createHash('sha256').update(own).digest('hex') });
    }
    const stranger = (await wired(pemOf(pair().privateKey)).signer())!;
    expect(verifyBundle(await signStatement(statement, stranger), keys)).toMatch(
      /^the signature is not by any of the 3 keys, but by [0-9a-f]{12}$/,
    );
  });

  it('are public ones: a private key beside them is refused', async () => {
    const { privateKey } = pair();
    expect((await failureOf(wired('', pemOf(privateKey)).trustedKeys())).message).toMatch(
      /RATCHET_TRUSTED_KEYS must be PEMs of public keys/,
    );
  });
});
