import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../local/cloud-context.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import type { DataVerdict } from '../../shared/domain/data-verdict.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const secrets = ['the secret that is on its way out 1', 'the secret that is on its way in 22'];
const expectations = `
  expect:
    columns: { id: { type: integer }, amount: { type: number, atLeast: 0, nullShare: 0.1 } }
    unique: [id]`;
const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
let world: World;
let container: ContainerClient;

beforeAll(async () => {
  const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
  const checked = tiny
    .replace('path: tiny/', `path: sales/${expectations}`)
    .replace('triggers:\n', 'triggers:\n  data: true\n');
  writeFileSync(join(modelsFolder, 'tiny.yaml'), checked);
  writeFileSync(join(modelsFolder, 'deaf.yaml'), tiny.replace('model: tiny', 'model: deaf'));
  world = await openWorld({ modelsFolder, env: { RATCHET_DATA_HOOK_SECRET: secrets.join(',') } });
  container = BlobServiceClient.fromConnectionString(world.cloud().storage).getContainerClient(
    localCloud.container,
  );
});

afterAll(async () => {
  await world?.close();
  rmSync(modelsFolder, { recursive: true, force: true });
});

/** Uploads a file and answers the id of the signal that it is. */
async function upload(file: string, text: string): Promise<string> {
  const path = `sales/${file}`;
  const { etag } = await container.getBlockBlobClient(path).uploadData(Buffer.from(text));
  return `data:tiny:${path}:${etag!.replaceAll('"', '')}`;
}

const decisionOn = (signalId: string) =>
  throughOutages(async () => (await world.decisions()).find(({ signal }) => signal.id === signalId));

const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  world.ask(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

describe('an upload', () => {
  it('that is poisoned is refused with its problems, and asks for nothing', async () => {
    const signalId = await upload('2026-03-01.csv', 'id,amount\n1,2.5\n2,-999\n2,\n');
    expect(await decisionOn(signalId)).toMatchObject({
      outcome: 'rejected',
      reason: 'data-refused',
      runId: null,
      sentence:
        'File sales/2026-03-01.csv is refused: 3 problems: column amount: 33.3 % of 3 values are missing, 10 % allowed; column amount: 1 of 3 values are below 0 (the lowest -999, the first in row 2); unique id: 1 row repeats an earlier one (the first is row 3).',
      changedBy: expect.stringMatching(/^Upload a corrected file/),
    });
    expect(await world.runs()).toEqual([]);
  });

  it('that is as expected asks for a run, which leaves the poisoned one out', async () => {
    const signalId = await upload('2026-03-02.csv', 'id,amount\n1,2.5\n2,3\n');
    await world.untilSettled([signalId]);
    expect(await decisionOn(signalId)).toMatchObject({
      outcome: 'admitted',
      signal: { kind: 'data', newData: { rows: 2, bytes: 20 } },
    });
    const [run] = await world.runs();
    expect(run).toMatchObject({ outcome: 'released', signalKind: 'data' });
    const text = await container.getBlobClient(`runs/${run!.runId}/manifest.json`).downloadToBuffer();
    const manifest = JSON.parse(text.toString()) as DataManifest;
    expect(manifest.train.map(({ name }) => name)).toEqual(['2026-03-02.csv']);
    expect(manifest.refused).toEqual([
      { name: '2026-03-01.csv', reason: expect.stringMatching(/^3 problems: column amount: 33\.3 %/) },
    ]);
  });

  it('has its verdict shown by the API and the command line', async () => {
    const { body } = await world.ask('models/tiny/data?limit=5');
    const files = (body as { files: DataVerdict[] }).files.map(({ file, accepted, rows }) => [
      file,
      accepted,
      rows,
    ]);
    expect(files.sort()).toEqual([
      ['2026-03-01.csv', false, 3],
      ['2026-03-02.csv', true, 2],
    ]);
    const ran = await promisify(execFile)('npx', ['ratchet', 'data', 'tiny', '--url', world.hostUrl]);
    expect(stripVTControlCharacters(ran.stdout)).toMatch(
      /refused {2}2026-03-01\.csv {2}3 rows, 26 bytes\n {2}column amount: 33\.3 % of 3/,
    );
  });
});

describe('a notice of an upload', () => {
  it('asks with the signal of the event: together they ask once', async () => {
    const signalId = await upload('2026-03-03.csv', 'id,amount\n1,1\n');
    const body = JSON.stringify({ file: '2026-03-03.csv' });
    const answers = await Promise.all([1, 2].map(() => post('models/tiny/data', body)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    for (const answer of answers) expect(answer.body).toMatchObject({ signalId });
    await world.untilSettled([signalId]);
    expect((await post('models/tiny/data', body)).body).toEqual({ signalId, repeated: true });
    const asked = (await world.decisions()).filter(({ signal }) => signal.id === signalId);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [
      'a file that is not there',
      'tiny',
      '{"file":"never.csv"}',
      404,
      /there is no file "never\.csv" below sales\/; upload it/,
    ],
    ['a model that does not listen', 'deaf', '{"file":"a.csv"}', 409, /model deaf takes no data signals/],
    ['a file elsewhere', 'tiny', '{"file":"../tiny/2026-01-01.jsonl"}', 400, /file: a name below data\.path/],
    ['nothing', 'tiny', '{}', 400, /file: /],
    [
      'more than is asked',
      'tiny',
      '{"file":"a.csv","fil":1}',
      400,
      /fil: unknown field; did you mean "file"\?/,
    ],
    ['no model', 'tinny', '{"file":"a.csv"}', 404, /did you mean "tiny"\?/],
  ])('about %s is refused', async (_name, model, body, status, detail) => {
    const answer = await post(`models/${model}/data`, body);
    expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
  });
});

describe('a signed notice', () => {
  const body = JSON.stringify({ file: '2026-03-02.csv' });
  const now = () => Math.floor(Date.now() / 1000);
  const sign = (secret: string, seconds = now(), text = body, model = 'tiny') => {
    const signed = `${seconds}\nPOST\n/api/hooks/models/${model}/data\n${text}`;
    const hex = createHmac('sha256', secret).update(signed).digest('hex');
    return { 'x-ratchet-signature': `t=${seconds},v2=${hex}` };
  };
  const hook = (headers: Readonly<Record<string, string>>, text = body, model = 'tiny') =>
    post(`hooks/models/${model}/data`, text, headers);

  it('is taken with either secret, and harmless when it is sent again', async () => {
    const before = await world.decisions();
    for (const secret of secrets) {
      const headers = sign(secret);
      for (let time = 0; time < 2; time++) {
        expect(await hook(headers)).toMatchObject({ status: 202, body: { repeated: true } });
      }
    }
    expect(await world.decisions()).toEqual(before);
  });

  it.each([
    ['without a signature', {}, /is missing; sign the request/],
    [
      'with another secret',
      sign('a secret of nobody that is long enough'),
      /does not match the request's method/,
    ],
    ['that is stale', sign(secrets[0]!, now() - 600), /is \d+ s old, and at most 300 s are allowed/],
    ['of another body', sign(secrets[0]!, undefined, '{}'), /does not match the request's method/],
    ['for another model', sign(secrets[0]!, undefined, body, 'other'), /does not match the request's method/],
  ])('%s is 401, and learns nothing of models', async (_name, headers, detail) => {
    for (const model of ['tiny', 'nobody']) {
      expect(await hook(headers, body, model)).toMatchObject({
        status: 401,
        body: { code: 'bad-signature', detail: expect.stringMatching(detail) },
      });
    }
  });

  it('of something that is no notice is refused as such', async () => {
    expect(await hook(sign(secrets[0]!, undefined, '{'), '{')).toMatchObject({ status: 400 });
    const large = 'x'.repeat(70_000);
    expect(await hook(sign(secrets[0]!, undefined, large), large)).toMatchObject({ status: 413 });
  });
});

describe('a model of which every file is refused', () => {
  it('has a run that says so', async () => {
    for (const file of ['2026-03-02.csv', '2026-03-03.csv']) await upload(file, 'nothing\nof this\n');
    const signalId = await world.requestRun('with-nothing-left');
    await world.untilSettled([signalId]);
    const decision = await decisionOn(signalId);
    const run = (await world.runs()).find(({ runId }) => runId === decision.runId);
    expect(run).toMatchObject({
      outcome: 'evidence-error',
      sentence: 'There is no data under sales/ that may be used: 3 refused, see the manifest.',
    });
  });
});
