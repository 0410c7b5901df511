import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signInByAz } from '../../../cli/azure/sign-in.ts';

/** An `az` of our own, first on the path: it keeps what it was asked. */
describe.skipIf(process.platform === 'win32')('signing in by the Azure CLI', () => {
  const path = process.env['PATH'];
  let folder: string;
  const asked = () => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'az-test-'));
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  });

  function installAz(script: string): void {
    writeFileSync(
      join(folder, 'az'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${join(folder, 'asked')}\n${script}\n`,
    );
    chmodSync(join(folder, 'az'), 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  }

  it('asks once for the scope that is named, while the token holds', async () => {
    installAz(`echo '{"accessToken":"the-token","expires_on":${Math.floor(Date.now() / 1000) + 3600}}'`);
    const env = { RATCHET_SCOPE: 'api://one/.default' };
    expect(await signInByAz(env)).toBe('the-token');
    expect(await signInByAz(env)).toBe('the-token');
    expect(asked()).toEqual([
      'account get-access-token --scope api://one/.default --output json --only-show-errors',
    ]);
    await signInByAz({ RATCHET_SCOPE: 'api://another/.default' });
    expect(asked()).toHaveLength(2);
  });

  it('asks nobody without a scope, and refuses one that is of another service or a command', async () => {
    installAz('exit 1');
    expect(await signInByAz({})).toBeNull();
    for (const scope of ['https://management.azure.com/.default', 'api://x; rm -rf /', '--debug'])
      await expect(signInByAz({ RATCHET_SCOPE: scope })).rejects.toThrow('RATCHET_SCOPE: expected the scope');
  });

  it('says to sign in where nobody is, and what to do where there is no az', async () => {
    installAz('echo "ERROR: Please run az login to setup account." >&2; exit 1');
    await expect(signInByAz({ RATCHET_SCOPE: 'api://two/.default' })).rejects.toThrow(
      /Please run az login.*; run az login$/,
    );
    process.env['PATH'] = '/nowhere';
    await expect(signInByAz({ RATCHET_SCOPE: 'api://three/.default' })).rejects.toThrow(
      /the Azure CLI is not there \(az\): install it .* or give a token with --token, or a key with --key/,
    );
  });
});
