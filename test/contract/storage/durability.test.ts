import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { startCloudProcess, temporaryHome } from './cloud-process.ts';

const patience = { retryOptions: { maxTries: 1, maxRetries: 0 }, allowInsecureConnection: true };

function containerOf(connection: string): ContainerClient {
  return BlobServiceClient.fromConnectionString(connection, patience).getContainerClient('azureml');
}

function ledgerOf(connection: string): TableClient {
  return TableClient.fromConnectionString(connection, 'ledger', patience);
}

/** Calls `write` with 0, 1, 2, ... until it fails; returns what was acknowledged. */
async function writeUntilDeath(
  write: (n: number) => Promise<unknown>,
  acknowledged: number[],
): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      await write(n);
    } catch {
      return;
    }
    acknowledged.push(n);
  }
}

test('every blob and entity that was acknowledged is there after the process was killed amid writing', async () => {
  const home = temporaryHome();
  const first = await startCloudProcess(home);
  const { storage } = first.state;
  await ledgerOf(storage).createTable();
  const [blobs, upserts, batches]: number[][] = [[], [], []];
  const writers = [
    writeUntilDeath(
      (n) => containerOf(storage).getBlockBlobClient(`b/${n}`).upload(`blob ${n}`, `blob ${n}`.length),
      blobs!,
    ),
    writeUntilDeath(
      (n) => ledgerOf(storage).upsertEntity({ partitionKey: 'one', rowKey: `${n}`, n }),
      upserts!,
    ),
    writeUntilDeath(
      (n) =>
        ledgerOf(storage).submitTransaction([
          ['upsert', { partitionKey: 'batch', rowKey: `${n}-a`, n }],
          ['upsert', { partitionKey: 'batch', rowKey: `${n}-b`, n }],
        ]),
      batches!,
    ),
  ];
  await expect
    .poll(() => Math.min(blobs!.length, upserts!.length, batches!.length), { timeout: 30_000 })
    .toBeGreaterThan(20);
  await first.kill();
  await Promise.all(writers);

  const second = await startCloudProcess(home);
  expect(second.state.storage).toBe(storage);
  const container = containerOf(storage);
  for (const n of blobs!) {
    expect((await container.getBlockBlobClient(`b/${n}`).downloadToBuffer()).toString()).toBe(`blob ${n}`);
  }
  const found = new Map<string, number>();
  for await (const entity of ledgerOf(storage).listEntities<{ n: number }>()) {
    found.set(`${entity.partitionKey} ${entity.rowKey}`, entity.n);
  }
  for (const n of upserts!) expect(found.get(`one ${n}`)).toBe(n);
  for (const n of batches!) expect([found.get(`batch ${n}-a`), found.get(`batch ${n}-b`)]).toEqual([n, n]);
  // A batch that was not acknowledged may be there, but not half of it.
  const halves = [...found.keys()].filter((key) => /^batch .*-a$/.test(key));
  expect(halves.every((key) => found.has(key.replace(/-a$/, '-b')))).toBe(true);
});

test('a second cloud on the same folder is refused, the first goes on', async () => {
  const home = temporaryHome();
  const first = await startCloudProcess(home);
  await expect(startCloudProcess(home)).rejects.toThrow(
    /another cloud is already running with this state folder \(process \d+\)/,
  );
  expect((await fetch(`${first.state.control}/status`)).status).toBe(200);
});

test('addresses, secrets and virtual time are the same after a restart', async () => {
  const home = temporaryHome();
  const first = await startCloudProcess(home, ['--clock-start', '2026-01-01T00:00:00Z']);
  const now = '2026-03-01T12:00:00.000Z';
  await fetch(`${first.state.control}/clock`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ now }),
  });
  await first.kill();
  const second = await startCloudProcess(home, ['--clock-start', '2026-01-01T00:00:00Z']);
  expect({ ...second.state, pid: 0 }).toEqual({ ...first.state, pid: 0 });
  expect(await (await fetch(`${second.state.control}/clock`)).json()).toMatchObject({ mode: 'virtual', now });
});

test('a request to shut down ends the process cleanly', async () => {
  const cloud = await startCloudProcess(temporaryHome());
  await fetch(`${cloud.state.control}/shutdown`, { method: 'POST' });
  expect(await cloud.ended).toEqual({ code: 0, signal: null });
});
