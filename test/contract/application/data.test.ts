import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { pinModel } from '../../../shared/config/pin.ts';
import { ModelConfigSchema, type PinnedModel } from '../../../shared/config/schema.ts';
import type { DataManifest } from '../../../shared/domain/data-manifest.ts';
import { createWiring, type Wiring } from '../../../shared/wiring.ts';
import { parquetOf } from '../../unit/data/files.ts';
import { startStorageAlone } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';

const job = { command: 'node -v', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu' };

function modelOf(model: string, amount: Readonly<Record<string, unknown>> = {}): PinnedModel {
  return pinModel(
    ModelConfigSchema.parse({
      model,
      data: { path: `${model}/`, expect: { columns: { amount: { type: 'number', ...amount } } } },
      training: job,
      evaluation: job,
      gates: [{ gate: 'accurate', kind: 'bound', metric: 'accuracy', atLeast: 0.9 }],
      release: { stages: [{ stage: 'production', channel: 'event-grid' }] },
    }),
  );
}

let wiring: Wiring;
let step: RunStep;

beforeAll(async () => {
  const settings = await startStorageAlone();
  wiring = createWiring(settings);
  step = await loadSteps(settings);
});

/** Puts a blob there as anybody would, and answers its etag. */
async function upload(path: string, content: string | Uint8Array): Promise<string> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const { storage } = await wiring.settings();
  if (!('connectionString' in storage)) throw new Error('no connection string');
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(
    localCloud.container,
  );
  await container.createIfNotExists();
  const { etag } = await container.getBlockBlobClient(path).uploadData(Buffer.from(content));
  return etag!.replaceAll('"', '');
}

const inspect = ({ config }: PinnedModel, file: string, etag: string) =>
  step('inspect-data', {
    model: config.model,
    folder: config.data.path,
    path: `${config.data.path}${file}`,
    etag,
    bytes: 77,
    expected: config.data.expect!,
  });

const verdicts = async (model: string) =>
  (await (await wiring.ledger()).verdicts.list({ model, limit: 100 })).items;

async function manifestOf(runId: string): Promise<DataManifest> {
  return JSON.parse((await (await wiring.blobs()).readText(`runs/${runId}/manifest.json`))!) as DataManifest;
}

describe('the inspection of an upload', () => {
  it('accepts and counts what is as expected, and keeps one verdict however often it is repeated', async () => {
    const pinned = modelOf('good');
    const csv = 'amount\n1\n2\n';
    const etag = await upload('good/a.csv', csv);
    for (let time = 0; time < 2; time++) {
      expect(await inspect(pinned, 'a.csv', etag)).toEqual({ refused: null, rows: 2, bytes: csv.length });
    }
    expect(await verdicts('good')).toEqual([
      {
        model: 'good',
        file: 'a.csv',
        etag,
        uploadedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        accepted: true,
        rows: 2,
        bytes: csv.length,
        problems: [],
        problemCount: 0,
        expectHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('refuses with the first problems and their count, CSV and Parquet alike', async () => {
    const pinned = modelOf('bad', { atMost: 5 });
    const refused =
      '2 problems: column amount: 33.3 % of 3 values are missing, 0 % allowed; column amount: 1 of 3 values are above 5 (the highest 9, the first in row 3).';
    const csv = await upload('bad/a.csv', 'amount,x\n1,\n,\n9,\n');
    expect(await inspect(pinned, 'a.csv', csv)).toMatchObject({ refused, rows: 3 });
    const parquet = parquetOf([{ name: 'amount', data: [1, null, 9], type: 'DOUBLE' }]);
    const etag = await upload('bad/a.parquet', parquet);
    expect(await inspect(pinned, 'a.parquet', etag)).toEqual({ refused, rows: 3, bytes: parquet.length });
    expect((await verdicts('bad')).map(({ accepted }) => accepted)).toEqual([false, false]);
  });

  it('refuses, and keeps no verdict on, a file that is gone or has changed', async () => {
    const pinned = modelOf('gone');
    const old = await upload('gone/a.csv', 'amount\n1\n');
    await upload('gone/a.csv', 'amount\nother\n');
    const answer = {
      refused: 'the file was gone or had changed before it was checked; a later upload asks anew.',
      rows: null,
      bytes: 77,
    };
    expect(await inspect(pinned, 'a.csv', old)).toEqual(answer);
    expect(await inspect(pinned, 'never.csv', old)).toEqual(answer);
    expect(await verdicts('gone')).toEqual([]);
  });

  it('reads a file of many blocks', async () => {
    const rows = 300_000;
    const csv = `amount,text\n${'1,some more text\n'.repeat(rows)}`;
    const etag = await upload('large/a.csv', csv);
    expect(await inspect(modelOf('large'), 'a.csv', etag)).toEqual({
      refused: null,
      rows,
      bytes: csv.length,
    });
  });
});

describe('the data of a run', () => {
  it('leaves out what is refused, inspects what has no verdict, and says so in the manifest', async () => {
    const pinned = modelOf('mixed');
    const refusedBefore = await upload('mixed/a.csv', 'amount\nno\n');
    await inspect(pinned, 'a.csv', refusedBefore);
    await upload('mixed/b.csv', 'amount\n1\n');
    await upload('mixed/c.csv', 'amuont\n1\n');
    await upload('mixed/d.jsonl', '{"amount":1}\n');
    const runId = 'mixed-20260301-00000001';
    const data = await step('pin-data', { runId, pinned });
    expect(data).toEqual({ manifestHash: expect.any(String), partitions: 1, refused: 3 });
    const manifest = await manifestOf(runId);
    expect(manifest).toMatchObject({
      train: [{ name: 'b.csv' }],
      evaluate: [{ name: 'b.csv' }],
      refusedCount: 3,
      refused: [
        {
          name: 'a.csv',
          reason: '1 problem: column amount: 1 of 1 value is no number (the first in row 1).',
        },
        { name: 'c.csv', reason: '1 problem: the file lacks column amount; it has amuont.' },
        {
          name: 'd.jsonl',
          reason:
            '1 problem: the file cannot be read: only .csv and .parquet files can be checked; it ends in .jsonl.',
        },
      ],
    });
    expect((await verdicts('mixed')).map(({ file }) => file).sort()).toEqual([
      'a.csv',
      'b.csv',
      'c.csv',
      'd.jsonl',
    ]);
    expect(await step('pin-data', { runId, pinned })).toEqual(data);
  });

  it('does not use a file again that is refused, until its content or what is expected is another', async () => {
    const strict = modelOf('again', { atMost: 5 });
    await upload('again/a.csv', 'amount\n9\n');
    const pin = async (run: number, pinned: PinnedModel) =>
      (await step('pin-data', { runId: `again-20260301-0000000${run}`, pinned })).partitions;
    expect([await pin(1, strict), await pin(2, strict)]).toEqual([0, 0]);
    expect(await pin(3, modelOf('again', { atMost: 10 }))).toBe(1);
    expect(await pin(4, strict)).toBe(0);
    await upload('again/a.csv', 'amount\n4\n');
    expect(await pin(5, strict)).toBe(1);
  });

  it('goes by the verdict that is known, without reading the file again', async () => {
    const pinned = modelOf('known');
    const etag = await upload('known/a.csv', 'amount\n1\n');
    await inspect(pinned, 'a.csv', etag);
    const [verdict] = await verdicts('known');
    const otherwise = { accepted: false, problems: ['as somebody wrote'], problemCount: 1 };
    await (await wiring.ledger()).verdicts.record({ ...verdict!, ...otherwise });
    const runId = 'known-20260301-00000001';
    expect(await step('pin-data', { runId, pinned })).toMatchObject({ partitions: 0, refused: 1 });
    expect((await manifestOf(runId)).refused).toEqual([
      { name: 'a.csv', reason: '1 problem: as somebody wrote.' },
    ]);
  });

  it('is what it was where nothing is expected', async () => {
    const { config } = modelOf('free');
    const { expect: _expect, ...data } = config.data;
    await upload('free/a.jsonl', '{}\n');
    const runId = 'free-20260301-00000001';
    const answer = await step('pin-data', { runId, pinned: pinModel({ ...config, data }) });
    expect(Object.keys(answer)).toEqual(['manifestHash', 'partitions']);
    expect(Object.keys(await manifestOf(runId))).not.toContain('refused');
  });
});

describe('verdicts', () => {
  it('come with the latest upload first, as many as are asked for', async () => {
    const ledger = await wiring.ledger();
    const days = [3, 1, 2];
    for (const day of days) {
      await ledger.verdicts.record({
        model: 'order',
        file: `${day}.csv`,
        etag: `0x${day}`,
        uploadedAt: new Date(Date.UTC(2026, 2, day)).toISOString(),
        accepted: day !== 2,
        rows: 1,
        bytes: 1,
        problems: day === 2 ? ['bad'] : [],
        problemCount: day === 2 ? 1 : 0,
        expectHash: 'hash',
      });
    }
    const page = await ledger.verdicts.list({ model: 'order', limit: 2 });
    expect(page.items.map(({ file }) => file)).toEqual(['3.csv', '2.csv']);
    const { items, continuation } = await ledger.verdicts.list({
      model: 'order',
      limit: 2,
      continuation: page.continuation!,
    });
    expect({ files: items.map(({ file }) => file), continuation }).toEqual({
      files: ['1.csv'],
      continuation: null,
    });
    expect([...(await ledger.verdicts.known('order', 'hash'))].sort()).toEqual([
      ['0x1 1.csv', { refused: null }],
      ['0x2 2.csv', { refused: '1 problem: bad.' }],
      ['0x3 3.csv', { refused: null }],
    ]);
    expect((await ledger.verdicts.known('order', 'other')).size).toBe(0);
  });
});
