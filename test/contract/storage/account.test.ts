import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../../until.ts';
import { startAccount, temporaryHome } from './harness.ts';

test('the container behind the datastore is there from the start', async () => {
  const { container } = await startAccount();
  expect(await container.exists()).toBe(true);
});

test('an uploaded blob announces itself in the documented shape, before its writer has the answer', async () => {
  const { container, events, storage } = await startAccount();
  const blob = container.getBlockBlobClient('data/batch 1/ä.csv');
  const { etag, requestId, clientRequestId } = await blob.upload('a,b\n', 4, {
    blobHTTPHeaders: { blobContentType: 'text/csv' },
  });
  const url = `${storage.blobEndpoint}/azureml/data/batch%201/%C3%A4.csv`;
  expect(events).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      eventType: 'Microsoft.Storage.BlobCreated',
      subject: '/blobServices/default/containers/azureml/blobs/data/batch 1/ä.csv',
      eventTime: '2026-01-01T00:00:00.000Z',
      dataVersion: '',
      data: {
        api: 'PutBlob',
        clientRequestId,
        requestId,
        eTag: etag,
        contentType: 'text/csv',
        contentLength: 4,
        blobType: 'BlockBlob',
        url,
        sequencer: expect.stringMatching(/^[0-9A-F]{32}$/),
        storageDiagnostics: { batchId: expect.any(String) },
      },
    },
  ]);
  const documented = JSON.parse(
    readFileSync(
      new URL('../../fixtures/payloads/storage-blob-created.eventgrid.json', import.meta.url),
      'utf8',
    ),
  ) as [{ data: object }];
  const [event] = events;
  expect(Object.keys(event?.data as object).sort()).toEqual(Object.keys(documented[0].data).sort());
});

test('committing blocks and copying announce the blob, staging a block and reading do not', async () => {
  const { container, events } = await startAccount();
  const blob = container.getBlockBlobClient('big.bin');
  const id = Buffer.from('block-1').toString('base64');
  await blob.stageBlock(id, 'hello', 5);
  await blob.commitBlockList([id]);
  await blob.download();
  await blob.getProperties();
  await blob.setMetadata({ read: 'yes' });
  const copy = container.getBlockBlobClient('copy.bin');
  await (await copy.beginCopyFromURL(blob.url)).pollUntilDone();
  await blob.delete();
  const made = events.map(({ eventType, data }) => [eventType, (data as { api: string }).api]);
  expect(made).toEqual([
    ['Microsoft.Storage.BlobCreated', 'PutBlockList'],
    ['Microsoft.Storage.BlobCreated', 'CopyBlob'],
    ['Microsoft.Storage.BlobDeleted', 'DeleteBlob'],
  ]);
});

test('writing a blob twice gives two events with growing sequencers; a refused write gives none', async () => {
  const { container, events } = await startAccount();
  const blob = container.getBlockBlobClient('a.txt');
  await blob.upload('1', 1);
  await blob.upload('2', 1);
  await expect(blob.upload('3', 1, { conditions: { ifNoneMatch: '*' } })).rejects.toMatchObject({
    statusCode: 409,
  });
  const [first, second] = events.map(({ id, data }) => ({ id, ...(data as { sequencer: string }) }));
  expect(events).toHaveLength(2);
  expect(first!.id).not.toBe(second!.id);
  expect(second!.sequencer > first!.sequencer).toBe(true);
});

test('blobs and entities are as they were after a restart, down to ETags and deletions', async () => {
  const home = temporaryHome();
  const first = await startAccount(home);
  const kept = await first.container.getBlockBlobClient('kept.txt').upload('kept', 4);
  await first.container.getBlockBlobClient('gone.txt').upload('gone', 4);
  await first.container.getBlockBlobClient('gone.txt').delete();
  const ledger = first.table('ledger');
  await ledger.createTable();
  await ledger.createEntity({ partitionKey: 'churn', rowKey: '1', reason: 'drift', count: 1 });
  await ledger.upsertEntity({ partitionKey: 'churn', rowKey: '1', count: 2 }, 'Merge');
  await ledger.submitTransaction([
    ['upsert', { partitionKey: 'churn', rowKey: '2', count: 5 }, 'Replace'],
    ['upsert', { partitionKey: 'churn', rowKey: '3', count: 6 }, 'Replace'],
  ]);
  await ledger.deleteEntity('churn', '2');
  const before = await ledger.getEntity('churn', '1');
  await first.stop();

  const second = await startAccount(home);
  const blob = second.container.getBlockBlobClient('kept.txt');
  expect((await blob.downloadToBuffer()).toString()).toBe('kept');
  expect((await blob.getProperties()).etag).toBe(kept.etag);
  expect(await second.container.getBlockBlobClient('gone.txt').exists()).toBe(false);
  const entities = [];
  for await (const entity of second.table('ledger').listEntities()) entities.push(entity);
  expect(entities).toMatchObject([
    { partitionKey: 'churn', rowKey: '1', reason: 'drift', count: 2, etag: before.etag },
    { partitionKey: 'churn', rowKey: '3', count: 6 },
  ]);
  await second.table('ledger').updateEntity({ partitionKey: 'churn', rowKey: '3', count: 7 }, 'Merge');
  await second.table('ledger').createEntity({ partitionKey: 'churn', rowKey: '4', count: 8 });
  await expect(
    second.table('ledger').createEntity({ partitionKey: 'churn', rowKey: '4', count: 8 }),
  ).rejects.toMatchObject({ statusCode: 409 });
  expect(await second.table('ledger').getEntity('churn', '3')).toMatchObject({ count: 7 });
});

test('a table made anew under an old name is empty, also after a restart', async () => {
  const home = temporaryHome();
  const first = await startAccount(home);
  const table = first.table('ledger');
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: 'old' });
  await table.deleteTable();
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: 'new' });
  await first.stop();
  const second = await startAccount(home);
  const keys = [];
  for await (const { rowKey } of second.table('ledger').listEntities()) keys.push(rowKey);
  expect(keys).toEqual(['new']);
});

test('a request counts as work only until it is answered', async () => {
  const { container, work } = await startAccount();
  const before = work.begun;
  await container.getBlockBlobClient('a.txt').upload('1', 1);
  await until(() => work.busy === 0);
  expect(work.begun).toBeGreaterThan(before);
});
