/** Orchestration versions, as host.json sets them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Versioning } from '../../../local/functions-host/contract.ts';
import { compareVersions, refuseVersion } from '../../../local/functions-host/durable/turns/versions.ts';
import { type Host, startHost } from './harness.ts';

const home = mkdtempSync(join(tmpdir(), 'ratchet-versions-'));
let host: Host | null = null;
afterEach(async () => {
  await host?.stop();
  host = null;
  rmSync(home, { recursive: true, force: true });
});

const versioning = (
  defaultVersion: string,
  match: Versioning['match'] = 'CurrentOrOlder',
  failure: Versioning['failure'] = 'Reject',
): Versioning => ({ defaultVersion, match, failure });

async function run(settings: Parameters<typeof startHost>[0], version?: string): Promise<Host> {
  host = await startHost(settings);
  await host.client.startNew('version', { instanceId: 'it', input: true, ...(version ? { version } : {}) });
  await host.settle();
  return host;
}

test.each([
  ['1.0.0', '1.0.0', 0],
  ['1.1.0', '1.0.0', 1],
  ['1.10.0', '1.9.0', 1],
  ['1.0', '1.0.0', -1],
  ['1', '2', -1],
  ['', '1', -1],
  ['1', '', 1],
  ['', '', 0],
  ['beta', 'ALPHA', 1],
  ['Beta', 'bETA', 0],
])('version %s against %s gives %i', (a, b, expected) => {
  expect(Math.sign(compareVersions(a, b))).toBe(expected);
});

test('the strategies let through what their names say', () => {
  const runs = (version: string, match: Versioning['match']) =>
    refuseVersion(version, versioning('2.0', match)) === null;
  expect(['1.0', '2.0', '3.0', ''].map((version) => runs(version, 'None'))).toEqual([true, true, true, true]);
  expect(['1.0', '2.0', '3.0', ''].map((version) => runs(version, 'Strict'))).toEqual([
    false,
    true,
    false,
    false,
  ]);
  expect(['1.0', '2.0', '3.0', ''].map((version) => runs(version, 'CurrentOrOlder'))).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

describe('the default version', () => {
  test('is given to whatever is started without one, children too', async () => {
    const { client } = await run({ settings: { versioning: versioning('1.2') } });
    expect((await client.getStatus('it')).output).toEqual(['1.2', '1.2']);
  });

  test('gives way to the one that was asked for', async () => {
    const { client } = await run({ settings: { versioning: versioning('1.2') } }, '1.0');
    expect((await client.getStatus('it')).output).toEqual(['1.0', '1.2']);
  });
});

describe('an orchestration of another version', () => {
  test('is left as it is, and runs once a host of its version starts', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'ratchet-versions-')), 'durable.db');
    const older = await run({ file, settings: { versioning: versioning('1.0') } }, '2.0');
    expect((await older.client.getStatus('it')).runtimeStatus).toBe('Pending');
    expect(older.logged).toEqual([expect.stringMatching(/^warn: version it is left as it is: .*'2\.0'/)]);
    await older.stop();
    host = await startHost({ file, settings: { versioning: versioning('2.0') } });
    await host.settle();
    expect((await host.client.getStatus('it')).output).toEqual(['2.0', '2.0']);
  });

  test('fails where the settings say so', async () => {
    const settings = { versioning: versioning('1.0', 'Strict', 'Fail') };
    const { client } = await run({ settings }, '0.9');
    expect(await client.getStatus('it')).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringMatching(/'0\.9' does not match .*'Strict' and defaultVersion '1\.0'/),
    });
  });
});

test('a start replaces a running orchestration where every state may be overridden', async () => {
  host = await startHost({ settings: { overridableExistingInstanceStates: 'AnyState' } });
  await host.client.startNew('holdsLock', { instanceId: 'it', input: 'k' });
  await host.settle();
  await host.client.startNew('chain', { instanceId: 'it', input: 'a' });
  await host.client.startNew('holdsLock', { instanceId: 'next', input: 'k' });
  await host.settle();
  expect((await host.client.getStatus('it')).output).toEqual({ text: 'A!', at: 'end' });
  expect((await host.client.getStatus('next')).customStatus).toBe('locked');
});
