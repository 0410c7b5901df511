import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findFreePort } from '../../../local/launch/free-port.ts';
import { claimPorts, forgetPorts, isClaimed } from '../../../local/launch/port-claims.ts';

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'claims-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});

describe('a port that a state folder keeps', () => {
  it('is drawn for no other, for as long as the folder is there', async () => {
    const file = join(temporary, 'ports.json');
    writeFileSync(file, '{}');
    const port = await findFreePort();
    claimPorts([port, port + 1], file);
    expect([port, port + 1, port + 2].map(isClaimed)).toEqual([true, true, false]);
    expect(await findFreePort(port + 1)).not.toBe(port + 1);
    rmSync(file);
    expect(isClaimed(port)).toBe(false);
    expect(await findFreePort(port + 1)).toBe(port + 1);
  });

  it('is forgotten with its folder, and those of others are not', () => {
    const [mine, other] = ['mine', 'mine-too'].map((name) => join(temporary, name, 'ports.json'));
    claimPorts([20_001], mine!);
    claimPorts([20_002], other!);
    // What else runs in this process may make folders of its own there.
    const folder = readdirSync(temporary).find((name) => name.startsWith('ratchet-ports-'));
    forgetPorts(join(temporary, 'mine'));
    expect(readdirSync(join(temporary, folder!))).toEqual(['20002']);
    forgetPorts(join(temporary, 'mine-too'));
    expect(existsSync(join(temporary, folder!))).toBe(false);
  });

  it('keeps nobody from starting where claims cannot be written down', async () => {
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, join(temporary, 'not there'));
    writeFileSync(join(temporary, 'not there'), 'a file');
    claimPorts([20_001], join(temporary, 'ports.json'));
    expect(isClaimed(20_001)).toBe(false);
    forgetPorts(temporary);
    expect(await findFreePort()).toBeGreaterThan(0);
  });
});
