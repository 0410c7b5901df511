/** An earlier training is kept and found again, by the application's own steps at the local workspace, storage and ledger. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { FoundTraining } from '../../../orchestrations/reuse-steps.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import type { Run } from '../../../shared/domain/run.ts';
import type { Training } from '../../../shared/domain/training.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { decision, run } from '../../fixtures/ledger.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep, untilEnded } from './run-steps.ts';

const pageOf = (name: string): string => readFileSync(`docs/${name}.md`, 'utf8');
/** What docs/reuse.md has a model file say, in the trainings that its neighbours show. */
const [, field] = /```yaml\ntraining:\n( {2}reuse: \S+)/.exec(pageOf('reuse'))!;
const trainingOf = (name: string): string => /```yaml\n(training:[\s\S]*?)```/.exec(pageOf(name))![1]!;
const modelFile = (training: string): PinnedModel => {
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  const shown = training.replace('training:\n', `training:\n${field}\n`);
  const parsed = parseModelFile('m.yaml', sample.replace(/^training:[\s\S]*?\n\n/m, `${shown}\n`));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
};
const models = {
  command: modelFile(
    'training:\n  command: node one.mjs ${{outputs.model}}\n  code: azureml:churn:1\n  environment: azureml:node:24\n  compute: cpu\n',
  ),
  pipeline: modelFile(trainingOf('pipeline-training')),
  // Both pages call their program fit.mjs: that of the sweep goes by another name here.
  sweep: modelFile(trainingOf('sweep-training').replace('node fit.mjs', 'node sweep.mjs')),
};
const programs = [
  ...`${pageOf('pipeline-training')}${pageOf('sweep-training').replaceAll('fit.mjs', 'sweep.mjs')}`.matchAll(
    /```js\n\/\/ (\w+\.mjs)\n([\s\S]*?)```/g,
  ),
];
const model = 'spam-filter';
const now = new Date().toISOString();
const idOf = (number: number): string => `${model}-20020902-${String(number).padStart(8, '0')}`;
const at = [localCloud.resourceGroup, localCloud.workspace] as const;

let services: LocalServices;
let step: RunStep;
const ledger = () => createWiring(services.settings).ledger();

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  const { ml, container } = services;
  for (const [, name, text] of programs) await upload(`code/churn/${name}`, text!);
  await upload(
    'code/churn/one.mjs',
    'import("node:fs").then(({ writeFileSync }) => writeFileSync(process.argv[2] + "/model.json", "{}"));',
  );
  await ml.codeVersions.createOrUpdate(...at, 'churn', '1', {
    properties: { codeUri: `${container.url}/code/churn/` },
  });
  await ml.environmentVersions.createOrUpdate(...at, 'node', '24', { properties: { image: 'node:24' } });
  await upload(`${models.command.config.data.path}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
  step = await loadSteps(services.settings);
});

async function upload(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await services.container.getBlockBlobClient(path).upload(bytes, bytes.length);
}

/** As train.ts does. */
async function find(pinned: PinnedModel, runId: string, more: object = {}): Promise<FoundTraining> {
  await step('pin-data', { runId, pinned });
  return step('find-training', { runId, pinned, signals: [], champion: null, scored: [], now, ...more });
}

async function trainAndKeep(pinned: PinnedModel, runId: string, row: Partial<Run> = {}): Promise<Training> {
  const { fingerprint } = await find(pinned, runId);
  const job = pinned.config.training;
  const jobName = `${runId}-train`;
  const submission = { runId, model, phase: 'train' as const, dataPath: pinned.config.data.path, job };
  await step('submit-job', { ...submission, challenger: null, champion: null });
  const state = await untilEnded(step, jobName);
  expect(state).toMatchObject({ succeeded: true, error: '' });
  const modelUri = state.modelUri ?? `azureml://datastores/workspaceblobstore/paths/runs/${runId}/model/`;
  const training = { model, fingerprint: fingerprint!, runId, jobName, modelUri, endedAt: now };
  const ended = { ...training, ...(state.tuned && { tuned: state.tuned }) };
  expect(await step('keep-training', { pinned, champion: null, training: ended })).toEqual({ why: null });
  const reuse = { fingerprint, trainedBy: null, sentence: '' };
  await (await ledger()).recordRun(run({ runId, model, phase: 'settled', endedAt: now, reuse, ...row }));
  return (await (await ledger()).trainings.find(model, fingerprint!))!;
}

describe('an earlier training', () => {
  it.each([
    ['one command', 'command', 1],
    ['a pipeline', 'pipeline', 11],
    ['a sweep', 'sweep', 21],
  ] as const)(
    'by %s is kept with the digest of its files, and found by a run of the same inputs',
    async (_what, kind, first) => {
      const pinned = models[kind];
      expect(await find(pinned, idOf(first))).toMatchObject({ found: 'none' });
      const { uses, ...training } = await trainAndKeep(pinned, idOf(first), { outcome: 'evaluation-failed' });
      expect(training.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(uses.map(({ runId }) => runId)).toEqual([idOf(first)]);
      if (kind === 'sweep') expect(training).toMatchObject({ tuned: { trial: '3' } });

      const found = await find(pinned, idOf(first + 1));
      expect(found).toEqual({
        found: 'training',
        fingerprint: training.fingerprint,
        training,
        version: null,
      });
      // A step that is repeated finds the same, and notes one use.
      expect(await find(pinned, idOf(first + 1))).toEqual(found);
      const known = await (await ledger()).trainings.find(model, training.fingerprint);
      expect(known!.uses.map(({ runId }) => runId)).toEqual([idOf(first), idOf(first + 1)]);
    },
  );

  it('is found with the version that the registry has of it, by the tag of its run, whatever the ledger lost', async () => {
    const pinned = models.command;
    await step('register-model', {
      runId: idOf(1),
      challenger: {
        name: model,
        version: '20020902-00000001',
        modelUri: `azureml://datastores/workspaceblobstore/paths/runs/${idOf(1)}/model/`,
      },
      jobName: `${idOf(1)}-train`,
      tags: { ratchetRun: idOf(1) } as never,
    });
    const found = await find(pinned, idOf(3));
    expect(found).toMatchObject({ found: 'training', version: { version: '1', runId: idOf(1) } });
    const champion = (found as { version: { name: string; version: string; modelUri: string } }).version;
    expect(await find(pinned, idOf(4), { champion })).toEqual({
      ...{ found: 'in-place', fingerprint: found.fingerprint, runId: idOf(1) },
      why: `The champion, version 1, was trained by run ${idOf(1)}`,
    });
    // Of which the run says that it trains, for its time is over.
    const later = new Date(Date.parse(now) + 31 * 86_400_000).toISOString();
    expect(await find(pinned, idOf(4), { champion, now: later })).toMatchObject({
      found: 'none',
      why: expect.stringContaining('longer ago than training.reuse allows'),
    });
    await services.ml.modelVersions.createOrUpdate(...at, model, '1', {
      properties: {
        ...(await services.ml.modelVersions.get(...at, model, '1')).properties,
        isArchived: true,
      },
    });
    expect(await find(pinned, idOf(4))).toMatchObject({
      why: expect.stringMatching(/version 1 is archived/),
    });
  });

  it('is not taken where a request of the run wants another, where its gates failed it, or its files changed', async () => {
    const pinned = models.pipeline;
    const book = await ledger();
    await book.recordDecision(decision({ id: 'manual:fresh', model, kind: 'manual', fresh: true }));
    expect(await find(pinned, idOf(13), { signals: ['manual:fresh'] })).toMatchObject({
      ...{ found: 'none', why: 'signal manual:fresh asks for a new training' },
    });
    await book.recordRun(run({ runId: idOf(12), model, phase: 'settled', endedAt: now, verdict: 'failed' }));
    expect(await find(pinned, idOf(13))).toMatchObject({
      found: 'none',
      why: `that of run ${idOf(11)} is not taken: the same gates failed it on the same rows in run ${idOf(12)}`,
    });
    const gates = pinned.config.gates.slice(1);
    const others = { ...pinned, config: { ...pinned.config, gates } };
    expect(await find(others, idOf(14))).toMatchObject({ found: 'training' });
    await upload(`runs/${idOf(11)}/model/model.json`, '{"rows":4}');
    expect(await find(others, idOf(15))).toMatchObject({
      found: 'none',
      why: expect.stringMatching(/^somebody has changed its files \(their digest was [0-9a-f]{64}, and is /),
    });
    await services.container.deleteBlob(`runs/${idOf(11)}/model/model.json`);
    expect(await find(others, idOf(15))).toMatchObject({
      why: expect.stringContaining('there are no files'),
    });
  });

  it('is none that was trained on other data, though the folder is the same', async () => {
    await upload(`${models.sweep.config.data.path}2002-08-26.jsonl`, '{"id":4}\n');
    expect(await find(models.sweep, idOf(29))).toMatchObject({
      why: 'no training of the same code, data and settings is known',
    });
  });

  it('is none whose files lie where nobody reads them: the run that trained it goes on', async () => {
    const modelUri = 'azureml://datastores/elsewhere/paths/m/';
    const training = { model, fingerprint: 'f', runId: idOf(31), jobName: 'j', modelUri, endedAt: now };
    expect(await step('keep-training', { pinned: models.command, champion: null, training })).toEqual({
      why: expect.stringContaining("they must lie below a path of the workspace's default datastore"),
    });
  });
});

describe('trainings in the ledger', () => {
  const training: Training = {
    ...{ model, fingerprint: 'row', runId: idOf(41), jobName: `${idOf(41)}-train`, modelUri: 'azureml://41' },
    ...{ digest: 'd', endedAt: '2002-09-02T00:00:00.000Z', uses: [{ runId: idOf(41), judgedBy: 'g' }] },
  };

  it('keep the latest, forget no run that judged it, and lose none of those that are written at once', async () => {
    const books = await Promise.all([1, 2, 3, 4].map(() => ledger()));
    const { trainings } = books[0]!;
    await trainings.keep(training);
    await Promise.all(
      books.map((book, use) => book.trainings.use(training, { runId: idOf(50 + use), judgedBy: 'g' })),
    );
    await trainings.keep(training);
    expect((await trainings.find(model, 'row'))!.uses.map(({ runId }) => runId).toSorted()).toEqual(
      [41, 50, 51, 52, 53].map(idOf),
    );
    const later = { ...training, runId: idOf(60), endedAt: '2002-09-03T00:00:00.000Z', uses: [] };
    await trainings.keep(later);
    await trainings.keep(training);
    await trainings.use(training, { runId: idOf(61), judgedBy: 'g' });
    expect(await trainings.find(model, 'row')).toEqual(later);
    expect(await trainings.find(model, 'another')).toBeNull();
  });
});
