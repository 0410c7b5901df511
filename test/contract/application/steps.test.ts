import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState, Steps } from '../../../orchestrations/steps.ts';
import { longUri } from '../../../shared/azure/run-files.ts';
import type { BoundGate } from '../../../shared/config/gate-schema.ts';
import { hashJson, pinModel } from '../../../shared/config/pin.ts';
import { ModelConfigSchema, type PinnedModel } from '../../../shared/config/schema.ts';
import type { GateReportDocument } from '../../../shared/domain/gate-report.ts';
import { GateReportSchema } from '../../../shared/domain/gate-report-schema.ts';
import type { LineageTags } from '../../../shared/domain/lineage.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { renderPage } from '../../../shared/gates/report/render-page.ts';
import { run } from '../../fixtures/ledger.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep, untilEnded } from './run-steps.ts';

const trainCode = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const [manifestFile, out] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
mkdirSync(out, { recursive: true });
writeFileSync(out + '/model.json', JSON.stringify({ trainedOn: manifest.train.map(({ name }) => name) }));
`;

/** Fifty rows; challenger right in all of them. Logs one metric as MLflow clients do. */
const evaluateCode = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const [challenger, out, champion] = process.argv.slice(2);
JSON.parse(readFileSync(challenger + '/model.json', 'utf8'));
if (champion) JSON.parse(readFileSync(champion + '/model.json', 'utf8'));
mkdirSync(out, { recursive: true });
const rows = Array.from({ length: 50 }, (_, id) => [id, id % 2, id % 2 ? 0.9 : 0.1].join(','));
writeFileSync(out + '/predictions.csv', ['id,label,challenger', ...rows].join('\\n'));
const { MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN, MLFLOW_RUN_ID } = process.env;
const answer = await fetch(MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/log-metric', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + MLFLOW_TRACKING_TOKEN, 'content-type': 'application/json' },
  body: JSON.stringify({ run_id: MLFLOW_RUN_ID, key: 'challenger/latency_ms', value: 12.5, timestamp: 0, step: 0 }),
});
if (!answer.ok) throw new Error(await answer.text());
`;

const job = { code: 'azureml:spam-code:1', environment: 'azureml:node:24', compute: 'cpu', timeout: 'PT1M' };
const pinned = pinModel(
  ModelConfigSchema.parse({
    model: 'spam-filter',
    data: { path: 'mail/', evaluateOn: 1 },
    training: { ...job, command: 'node train.mjs ${{inputs.manifest}} ${{outputs.model}}' },
    evaluation: {
      ...job,
      command: 'node evaluate.mjs ${{inputs.challenger}} ${{outputs.evidence}} $[[${{inputs.champion}}]]',
    },
    gates: [
      { gate: 'accurate', kind: 'bound', metric: 'accuracy', atLeast: 0.9 },
      { gate: 'fast', kind: 'bound', metric: 'latency_ms', atMost: 50, minimumRows: 1 },
    ],
    release: { stages: [{ stage: 'production', channel: 'event-grid' }] },
  }),
);
const accurateOnly = pinModel({ ...pinned.config, gates: pinned.config.gates.slice(0, 1) });
const { config } = pinned;

let services: LocalServices;
let step: RunStep;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  const { container, ml } = services;
  const at = [localCloud.resourceGroup, localCloud.workspace] as const;
  const files = {
    'train.mjs': trainCode,
    'evaluate.mjs': evaluateCode,
    'slow.mjs': 'setTimeout(() => {}, 600_000);',
  };
  for (const [name, text] of Object.entries(files)) await upload(`code/spam/${name}`, text);
  await ml.codeVersions.createOrUpdate(...at, 'spam-code', '1', {
    properties: { codeUri: `${container.url}/code/spam/` },
  });
  await ml.environmentVersions.createOrUpdate(...at, 'node', '24', { properties: { image: 'node:24' } });
  for (const day of ['19', '26']) await upload(`mail/2002-08-${day}.jsonl`, `{"day":${day}}\n`);
  step = await loadSteps(services.settings);
});

async function upload(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  await services.container.getBlockBlobClient(path).upload(bytes, bytes.length);
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse((await services.container.getBlobClient(path).downloadToBuffer()).toString());
}

const submission = (
  runId: string,
  phase: 'train' | 'evaluate',
  more: Partial<Steps['submit-job']['input']> = {},
): Steps['submit-job']['input'] => ({
  runId,
  model: 'spam-filter',
  phase,
  dataPath: config.data.path,
  job: phase === 'train' ? config.training : config.evaluation,
  challenger: null,
  champion: null,
  ...more,
});

const uriOf = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}`;
const challengerOf = (runId: string) => ({
  name: 'spam-filter',
  version: runId.slice('spam-filter-'.length),
  modelUri: uriOf(`runs/${runId}/model/`),
});

async function runPhase(input: Steps['submit-job']['input']): Promise<JobState> {
  return untilEnded(step, (await step('submit-job', input)).jobName);
}

const tagsOf = (runId: string): LineageTags => ({
  ratchetRun: runId,
  ratchetSignals: '1 signals',
  ratchetConfigHash: pinned.configHash,
  ratchetGateReportHash: 'report',
  ratchetDataHash: 'data',
  ratchetParentVersion: 'none',
});

describe('the steps of a run', () => {
  it('submit another attempt under a name and into a folder of its own, and cancel the one that may be alive', async () => {
    const runId = 'spam-filter-20020902-0a77e3b7';
    await step('pin-data', { runId, pinned });
    expect(await runPhase(submission(runId, 'train'))).toMatchObject({ succeeded: true });
    const second = submission(runId, 'train', { attempt: 2 });
    for (const _ of [1, 2])
      expect(await runPhase(second)).toMatchObject({ jobName: `${runId}-train-2`, succeeded: true });
    expect(await readJson(`runs/${runId}/model-2/model.json`)).toEqual(
      await readJson(`runs/${runId}/model/model.json`),
    );
    // Whoever cancels the first means the last: no other can be alive.
    expect(await step('cancel-job', { jobName: `${runId}-train` })).toMatchObject({
      jobName: `${runId}-train-2`,
      ended: true,
    });
  });

  it('bring data to a registered model, and each may be repeated', async () => {
    const runId = 'spam-filter-20020902-1f2e3d4c';
    const data = await step('pin-data', { runId, pinned });
    expect(data.partitions).toBe(2);
    const manifest = await readJson(`runs/${runId}/manifest.json`);
    expect(manifest).toMatchObject({
      runId,
      model: 'spam-filter',
      train: [{ name: '2002-08-19.jsonl', bytes: 11 }, { name: '2002-08-26.jsonl' }],
      evaluate: [{ name: '2002-08-26.jsonl', etag: expect.stringMatching(/^0x/) }],
    });
    expect(data.manifestHash).toBe(hashJson(manifest));

    expect(await runPhase(submission(runId, 'train'))).toEqual({
      jobName: `${runId}-train`,
      status: 'Completed',
      ended: true,
      succeeded: true,
      error: '',
      computeMs: expect.any(Number),
    });
    expect(await readJson(`runs/${runId}/model/model.json`)).toEqual({
      trainedOn: ['2002-08-19.jsonl', '2002-08-26.jsonl'],
    });

    const challenger = challengerOf(runId);
    const evaluation = submission(runId, 'evaluate', { challenger, champion: challenger });
    expect(await runPhase(evaluation)).toMatchObject({ succeeded: true });

    const judged = await step('judge-evidence', { runId, pinned, hasChampion: false });
    expect(judged.report).toMatchObject({ verdict: 'passed', rows: 50, evidence: 'predictions' });
    expect(judged.report.gates).toMatchObject([{ challenger: 1 }, { challenger: 12.5 }]);
    // The stored document has what durable history need not hold, and the hash is that of all of it.
    const document = (await readJson(`runs/${runId}/gate-report.json`)) as GateReportDocument;
    expect(document).toEqual({ ...judged.report, curves: document.curves });
    expect(document.curves).toMatchObject({ challenger: { reliability: { length: 10 } }, champion: null });
    expect(GateReportSchema.parse(document)).toEqual(document);
    expect(judged.reportHash).toBe(hashJson(document));
    const page = services.container.getBlobClient(`runs/${runId}/gate-report.html`);
    expect((await page.downloadToBuffer()).toString()).toBe(renderPage(document));
    expect(await page.getProperties()).toMatchObject({ contentType: 'text/html; charset=utf-8' });

    const registration = { runId, challenger, jobName: `${runId}-train`, tags: tagsOf(runId) };
    const registered = await step('register-model', registration);
    const modelUri = longUri(localCloud.workspaceId, challenger.modelUri);
    expect(registered).toEqual({ name: 'spam-filter', version: '1', modelUri, runId });
    const { ml } = services;
    const stored = await ml.modelVersions.get('local', 'ratchet', challenger.name, registered.version);
    expect(stored.properties).toMatchObject({
      modelType: 'custom_model',
      jobName: `${runId}-train`,
      tags: tagsOf(runId),
    });

    // Everything once more, after the data has changed: an activity runs at least once.
    await upload('mail/2002-09-02.jsonl', '{"day":"later"}\n');
    expect(await step('pin-data', { runId, pinned })).toEqual(data);
    expect(await readJson(`runs/${runId}/manifest.json`)).toEqual(manifest);
    expect(await step('submit-job', submission(runId, 'train'))).toMatchObject({ status: 'Completed' });
    expect(await step('submit-job', evaluation)).toMatchObject({ status: 'Completed' });
    expect(await step('judge-evidence', { runId, pinned, hasChampion: false })).toEqual(judged);
    expect(await step('register-model', registration)).toEqual(registered);
    const again = await ml.jobs.get('local', 'ratchet', `${runId}-train`);
    expect(again.properties.properties).toMatchObject({ attempts: '1' });
  });

  it('count a look at the holdout once for each run, and ask more of every further one', async () => {
    const claiming = pinModel({
      ...config,
      model: 'claiming',
      data: { ...config.data, path: 'claiming/' },
      gates: [{ ...(config.gates[0] as BoundGate), confidence: 0.95 }],
    });
    const judge = async (day: string) => {
      const runId = `claiming-200209${day}-00000001`;
      await step('pin-data', { runId, pinned: claiming });
      const rows = Array.from({ length: 200 }, (_, id) => [id, id % 2, id % 2 ? 0.9 : 0.1].join(','));
      await upload(`runs/${runId}/evidence/predictions.csv`, ['id,label,challenger', ...rows].join('\n'));
      return (await step('judge-evidence', { runId, pinned: claiming, hasChampion: false })).report;
    };
    await upload('claiming/2002-09-01.jsonl', '{"day":1}\n');
    const first = await judge('01');
    expect(first).toMatchObject({
      verdict: 'passed',
      holdout: { version: expect.stringMatching(/^[0-9a-f]{64}$/), look: 1, share: 0.5, spent: 0.5 },
      gates: [{ holdout: { confidenceAsked: 0.95 } }],
    });
    const second = await judge('02');
    expect(second).toMatchObject({
      verdict: 'passed',
      holdout: { version: first.holdout!.version, look: 2, share: 0.25, spent: 0.75 },
      gates: [{ holdout: { confidenceAsked: 0.975 } }],
    });
    expect(await judge('01')).toEqual(first);

    // The same file written anew has mostly the same rows: another version, but no fresh holdout.
    await upload('claiming/2002-09-01.jsonl', '{"day":1,"more":true}\n');
    const rewritten = await judge('03');
    expect(rewritten.holdout).toMatchObject({ look: 3 });
    expect(rewritten.holdout!.version).not.toBe(first.holdout!.version);
    await upload('claiming/2002-09-08.jsonl', '{"day":8}\n');
    expect(await judge('04')).toMatchObject({ holdout: { look: 1 } });
  });

  it('do not judge rows of which nobody knows whence they are', async () => {
    const runId = 'spam-filter-20020910-00000001';
    await upload(`runs/${runId}/evidence/predictions.csv`, 'id,label,challenger\na,1,0.9');
    const claiming = pinModel({
      ...config,
      gates: [{ ...(config.gates[0] as BoundGate), confidence: 0.95 }],
    });
    await expect(step('judge-evidence', { runId, pinned: claiming, hasChampion: false })).rejects.toThrow(
      `not-found: runs/${runId}/manifest.json must say which partitions run ${runId} is judged on; found nothing; somebody may have deleted it: start a new run`,
    );
  });

  it('judge a challenger of an earlier run, or of a person, by the threshold among its own files', async () => {
    const runId = 'spam-filter-20020921-00000001';
    const byTraining = pinModel({
      ...config,
      evaluation: { ...config.evaluation, threshold: { from: 'training' } },
      gates: [{ ...(config.gates[0] as BoundGate), metric: 'accuracy', atLeast: 0.75 }],
    });
    const rows = Array.from({ length: 40 }, (_, id) => [id, id % 2, id % 2 ? 0.9 : 0.6].join(','));
    await upload(`runs/${runId}/evidence/predictions.csv`, ['id,label,challenger', ...rows].join('\n'));
    await upload(`runs/${runId}/evidence/thresholds.json`, '{"challenger": 0.7}');
    const judge = (modelUri?: string) =>
      step('judge-evidence', {
        runId,
        pinned: byTraining,
        hasChampion: false,
        ...(modelUri && { modelUri }),
      });
    const earlier = 'azureml://datastores/workspaceblobstore/paths/runs/spam-filter-20020910-00000007/model';
    expect((await judge(earlier)).report).toMatchObject({ verdict: 'passed' });
    await upload('runs/spam-filter-20020910-00000007/model/threshold.json', '{"threshold": 0.5}');
    for (const uri of [earlier, `${earlier}/`]) {
      const { report } = await judge(uri);
      expect(report).toMatchObject({ verdict: 'error' });
      expect(report.sentence).toMatch(/0\.5.*0\.7|0\.7.*0\.5/);
    }
    expect((await judge()).report).toMatchObject({ verdict: 'passed' });
  });

  it('submit one job when many submit it at once', async () => {
    const input = submission('spam-filter-20020903-00000001', 'train', {
      job: { ...config.training, command: 'node slow.mjs' },
    });
    const states = await Promise.all(Array.from({ length: 5 }, () => step('submit-job', input)));
    expect(new Set(states.map(({ jobName }) => jobName)).size).toBe(1);
    const cancelled = await step('cancel-job', { jobName: states[0]!.jobName });
    expect(cancelled.succeeded).toBe(false);
    const ended = await untilEnded(step, states[0]!.jobName);
    expect(ended).toMatchObject({ status: 'Canceled', ended: true, succeeded: false });
    expect(await step('cancel-job', { jobName: ended.jobName })).toEqual(ended);
  });

  it('cancel the job after one that the workspace refused, which is not there', async () => {
    const runId = 'spam-filter-20020903-00000002';
    await step('pin-data', { runId, pinned });
    await runPhase(submission(runId, 'evaluate', { challenger: challengerOf(runId) }));
    const third = { attempt: 3, job: { ...config.evaluation, command: 'node slow.mjs' } };
    await step('submit-job', submission(runId, 'evaluate', third));
    const cancelled = await step('cancel-job', { jobName: `${runId}-evaluate` });
    expect(cancelled).toMatchObject({ jobName: `${runId}-evaluate-3`, succeeded: false });
    await untilEnded(step, cancelled.jobName);
  });

  it('judge past champions under looks of their own, and keep the report of one that passes as the run’s', async () => {
    const of = (fields: object) =>
      pinModel({
        ...config,
        data: { ...config.data, path: 'past/' },
        gates: [{ ...(config.gates[0] as BoundGate), confidence: 0.95, ...fields }],
      });
    await upload('past/2002-09-01.jsonl', '{"day":1}\n');
    const rows = Array.from({ length: 400 }, (_, row) => `${row},${row % 2},${row % 2 ? 0.9 : 0.1}`);
    const runId = 'spam-filter-20020911-00000001';
    await step('pin-data', { runId, pinned: of({}) });
    const judge = async (attempt: number, pinned: PinnedModel) => {
      await upload(
        `runs/${runId}/evidence${attempt === 1 ? '' : `-${attempt}`}/predictions.csv`,
        `id,label,challenger\n${rows.join('\n')}`,
      );
      const pastChampion = { modelUri: challengerOf(runId).modelUri, among: 2 };
      const attempts = { train: 1, evaluate: attempt };
      return step('judge-evidence', { runId, pinned, hasChampion: false, attempts, pastChampion });
    };
    const first = await judge(1, of({ atLeast: 0.9999 }));
    expect(first.report).toMatchObject({ verdict: 'inconclusive', holdout: { look: 1, share: 0.25 } });
    await expect(readJson(`runs/${runId}/gate-report.json`)).rejects.toThrow();
    expect(await readJson(`runs/${runId}/gate-report-past-1.json`)).toMatchObject(first.report);
    const second = await judge(2, of({}));
    expect(second.report).toMatchObject({ verdict: 'passed', holdout: { look: 2, share: 0.1875 } });
    expect(await judge(2, of({}))).toEqual(second);
    expect(hashJson(await readJson(`runs/${runId}/gate-report.json`))).toBe(second.reportHash);
  });

  it('tell why a job failed', async () => {
    const failed = await runPhase(
      submission('spam-filter-20020904-00000001', 'train', {
        job: { ...config.training, command: 'node nowhere.mjs' },
      }),
    );
    expect(failed).toMatchObject({ status: 'Failed', ended: true, succeeded: false });
    expect(failed.error).not.toBe('');
  });

  it('judge missing evidence as an error, not as a failure of the step', async () => {
    const runId = 'spam-filter-20020905-00000001';
    const { report } = await step('judge-evidence', { runId, pinned, hasChampion: false });
    expect(report).toMatchObject({ verdict: 'error', evidence: 'none' });
    await upload(`runs/${runId}/evidence/metrics.json`, '{ broken');
    const broken = await step('judge-evidence', { runId, pinned, hasChampion: false });
    expect(broken.report).toMatchObject({
      verdict: 'error',
      sentence: 'The evidence cannot be used: metrics.json is not a JSON object.',
    });
  });

  it('read the ids of training where a gate asks for them, and judge without them as an error', async () => {
    const runId = 'spam-filter-20020911-00000001';
    const leak = { gate: 'no-leak', kind: 'data', severity: 'block', overlap: { atMost: 0 } } as const;
    const judge = async (gates: typeof config.gates) => {
      const { report } = await step('judge-evidence', {
        runId,
        pinned: pinModel({ ...config, gates }),
        hasChampion: false,
      });
      return [report.verdict, report.sentence];
    };
    const ids = `runs/${runId}/evidence/train-ids`;
    await upload(`runs/${runId}/evidence/predictions.csv`, 'id,label,challenger\na,1,0.9\nb,0,0.1\n');
    expect(await judge([leak])).toEqual([
      'error',
      'Gate no-leak: train-ids.csv, the ids that training saw, is missing; have the jobs leave it (docs/jobs.md).',
    ]);
    await upload(`${ids}.csv`, 'id\nc\nd\n');
    expect((await judge([leak]))[0]).toBe('passed');
    await upload(`${ids}.csv`, 'id\nc\na\n');
    expect(await judge([leak])).toEqual([
      'failed',
      'Gate no-leak: rows of the holdout among the 2 that training read: 1 > 0 (n=2).',
    ]);
    await upload(
      `${ids}.parquet`,
      new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'id', data: ['c'] }] })),
    );
    expect(await judge([leak])).toEqual([
      'error',
      'Gate no-leak: train-ids.csv and train-ids.parquet are both there, and only one can be the evidence; write one.',
    ]);
    // Nobody asks: what is wrong with them is no matter.
    const rows = { gate: 'enough', kind: 'data', severity: 'block', rows: { atLeast: 2 } } as const;
    expect((await judge([rows]))[0]).toBe('passed');
  });

  it('judge Parquet as CSV, and neither where both are there', async () => {
    const runId = 'spam-filter-20020907-00000001';
    const judgeTwo = async () =>
      (await step('judge-evidence', { runId, pinned: accurateOnly, hasChampion: false })).report;
    const rows = Array.from({ length: 20_000 }, (_, at) => ({
      id: `r${at}`,
      label: at % 2,
      score: at % 2 ? 0.9 : 0.1,
    }));
    const csv = rows.map(({ id, label, score }) => `${id},${label},${score}`).join('\n');
    const evidence = `runs/${runId}/evidence/`;
    await upload(`${evidence}predictions.csv`, `id,label,challenger\n${csv}`);
    const fromCsv = await judgeTwo();
    expect(fromCsv).toMatchObject({ verdict: 'passed', rows: 20_000 });
    const columnData = [
      { name: 'id', data: rows.map(({ id }) => id) },
      { name: 'label', data: Int32Array.from(rows, ({ label }) => label) },
      { name: 'challenger', data: Float64Array.from(rows, ({ score }) => score) },
    ];
    await upload(`${evidence}predictions.parquet`, new Uint8Array(parquetWriteBuffer({ columnData })));
    expect((await judgeTwo()).sentence).toBe(
      'The evidence cannot be used: predictions.csv and predictions.parquet are both there, and only one can be the evidence; write one.',
    );
    await services.container.deleteBlob(`${evidence}predictions.csv`);
    expect(await judgeTwo()).toEqual(fromCsv);
  });

  it('find a version, and tell our own registrations from others', async () => {
    const own = challengerOf('spam-filter-20020909-00000001');
    await upload('runs/spam-filter-20020909-00000001/model/model.json', '{}');
    const registration = { runId: 'own', challenger: own, jobName: 'own-train', tags: tagsOf('own') };
    const made = await step('register-model', registration);
    const { runId: _, ...found } = made;
    expect(await step('find-model', made)).toEqual({ model: found, own: true });
    const other = { ...found, version: '70', modelUri: longUri(localCloud.workspaceId, uriOf('mail/')) };
    await services.ml.modelVersions.createOrUpdate('local', 'ratchet', other.name, other.version, {
      properties: { modelUri: other.modelUri },
    });
    expect(await step('find-model', other)).toEqual({ model: other, own: false });
    expect(await step('find-model', { name: other.name, version: '80' })).toEqual({
      model: null,
      own: false,
    });
  });

  it('register several runs of one model at once under a number each, beside versions made by hand', async () => {
    const register = async (day: number) => {
      const runId = `spam-filter-200210${day}-00000001`;
      await upload(`runs/${runId}/model/model.json`, '{}');
      const challenger = challengerOf(runId);
      return step('register-model', { runId, challenger, jobName: `${runId}-train`, tags: tagsOf(runId) });
    };
    const byHand = (version: string) =>
      services.ml.modelVersions.createOrUpdate('local', 'ratchet', 'spam-filter', version, {
        properties: { modelUri: longUri(localCloud.workspaceId, uriOf('mail/')) },
      });
    const [made] = await Promise.all([
      Promise.all([11, 12, 13, 11, 12].map(register)),
      byHand('100'),
      byHand('101'),
    ]);
    const versions = made.map(({ version }) => version);
    expect([versions[3], versions[4]]).toEqual([versions[0], versions[1]]);
    expect(new Set([...versions, '100', '101']).size).toBe(5);
    expect(versions.every((version) => /^[1-9]\d*$/.test(version))).toBe(true);
  });

  it('know a version of our own by its run, where the registry shows no tags', async () => {
    const runId = 'spam-filter-20020910-00000001';
    const { name, modelUri } = challengerOf(runId);
    const version = '90';
    await upload(`runs/${runId}/model/model.json`, '{}');
    await services.ml.modelVersions.createOrUpdate('local', 'ratchet', name, version, {
      properties: { modelUri: longUri(localCloud.workspaceId, modelUri) },
    });
    const isOwn = async () => (await step('find-model', { name, version })).own;
    const recorded = (more: Partial<Run>) => step('record-run', run({ model: name, runId, ...more }));
    expect(await isOwn()).toBe(false);
    // A run that has come no further has registered nothing: somebody else took its files.
    await recorded({ phase: 'gate' });
    expect(await isOwn()).toBe(false);
    await recorded({ phase: 'register' });
    expect(await isOwn()).toBe(true);
    await recorded({ phase: 'settled', registeredVersion: version, endedAt: '2002-09-10T01:00:00.000Z' });
    expect(await isOwn()).toBe(true);
  });

  it('write runs to the ledger', async () => {
    await expect(step('record-run', run())).resolves.toBeNull();
  });
});

describe('a step refuses', () => {
  it('a job of the same name that belongs to somebody else', async () => {
    const runId = 'spam-filter-20020906-00000001';
    await services.ml.jobs.createOrUpdate('local', 'ratchet', `${runId}-train`, {
      properties: {
        jobType: 'Command',
        command: 'node -v',
        environmentId: `${localCloud.workspaceId}/environments/node/versions/24`,
        experimentName: 'theirs',
      },
    });
    expect(await step('submit-job', submission(runId, 'train'))).toEqual({
      jobName: `${runId}-train`,
      status: 'Refused',
      ended: true,
      succeeded: false,
      error: `job ${runId}-train exists in workspace ratchet without tag ratchetRun=${runId}: it is not this run's job; delete it or start a new run`,
      computeMs: 0,
    });
  });

  it('a model without files, in the words of the registry', async () => {
    const runId = 'spam-filter-20020911-00000001';
    const challenger = challengerOf(runId);
    const registration = { runId, challenger, jobName: `${runId}-train`, tags: tagsOf(runId) };
    await expect(step('register-model', registration)).rejects.toThrow(
      /^azure-refused: registering model spam-filter:\d+: Azure answered 400 UserError ModelAssetPathNotFoundInStorage: No blobs found/,
    );
  });

  it('a first number that cannot be read', async () => {
    const runId = 'spam-filter-20020907-00000001';
    await upload(`runs/${runId}/registration.json`, '{ "firstNumber": "many" }');
    const challenger = challengerOf(runId);
    const registration = { runId, challenger, jobName: `${runId}-train`, tags: tagsOf(runId) };
    await expect(step('register-model', registration)).rejects.toThrow(
      `bad-config: runs/${runId}/registration.json must hold the lowest version number that run ${runId} may register, such as {"firstNumber": 3}; found "{ \\"firstNumber\\": \\"many\\" }"; correct the file, or delete it; the step is retried`,
    );
  });

  it('what the workspace refuses, in the words of the workspace', async () => {
    const input = submission('spam-filter-20020908-00000001', 'train', {
      job: { ...config.training, code: 'azureml:unknown:9' },
    });
    expect(await step('submit-job', input)).toMatchObject({
      status: 'Refused',
      ended: true,
      error: expect.stringMatching(
        /^submitting job spam-filter-20020908-00000001-train: Azure answered 400 UserError .*unknown/,
      ),
    });
  });

  it('a job that is not there', async () => {
    await expect(step('get-job', { jobName: 'none-train' })).rejects.toThrow(
      'not-found: job none-train is not in workspace ratchet; somebody may have deleted it',
    );
  });
});
