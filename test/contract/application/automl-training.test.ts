import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { run } from '../../fixtures/ledger.ts';
import { untilSeen } from '../../until.ts';
import { churnRows } from '../../world/train-by-automl.ts';
import { serveFunctions } from './handlers.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep, untilEnded } from './run-steps.ts';

/** What docs/automl-training.md shows: the training, and the program before it. */
const page = readFileSync('docs/automl-training.md', 'utf8');
const [, training] = /```yaml\n(training:[\s\S]*?)```/.exec(page)!;
const [, program] = /```js\n\/\/ prepare\.mjs\n([\s\S]*?)```/.exec(page)!;
const [, sentence] = /`(Trial 0 of 4 [^`]*)`/.exec(page)!;

const ids = ['1', '2', '3', '4'].map((digit) => `spam-filter-20020902-0000000${digit}`);
const [runId, failing, wrong, cancelled] = ids as [string, string, string, string];
const jobOf = (id: string) => `${id}-train`;

function modelFile(shown: string): PinnedModel {
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  const parsed = parseModelFile('spam-filter.yaml', sample.replace(/^training:[\s\S]*?\n\n/m, `${shown}\n`));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
}
const pinned = modelFile(training!);
const dataPath = pinned.config.data.path;

let services: LocalServices;
let step: RunStep;
let url: string;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  const { ml, container } = services;
  const at = [localCloud.resourceGroup, localCloud.workspace] as const;
  await upload('code/churn/prepare.mjs', program!);
  await ml.codeVersions.createOrUpdate(...at, 'churn', '1', {
    properties: { codeUri: `${container.url}/code/churn/` },
  });
  await ml.environmentVersions.createOrUpdate(...at, 'node', '24', { properties: { image: 'node:24' } });
  step = await loadSteps(services.settings);
  url = await serveFunctions(
    () => import('../../../functions/get-run-log.ts'),
    Object.fromEntries(ids.map((id) => [`runs/${id}/log`, ['get-run-log', { id }] as const])),
  );
});

async function upload(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await services.container.getBlockBlobClient(path).upload(bytes, bytes.length);
}

async function begin(id: string, model = pinned): Promise<JobState> {
  await step('pin-data', { runId: id, pinned: model });
  await step('record-run', run({ runId: id, phase: 'train', outcome: null }));
  return step('submit-job', submission(id, model));
}

const submission = (id: string, { config }: PinnedModel) => ({
  ...{ runId: id, model: config.model, phase: 'train' as const, dataPath },
  ...{ job: config.training, challenger: null, champion: null },
});

async function logOf(id: string, query = ''): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/api/runs/${id}/log?phase=train${query}`);
  return (await answer.json()) as Record<string, unknown>;
}

async function textOf(path: string): Promise<string> {
  return (await services.container.getBlobClient(path).downloadToBuffer()).toString();
}

describe('training by AutoML', () => {
  it('leaves its best model where any training does, says which it is, and how long all machines ran', async () => {
    await upload(`${dataPath}2002-08-19.csv`, churnRows(300));
    await begin(runId);
    const state = await untilEnded(step, jobOf(runId));

    expect(state).toMatchObject({
      ...{ jobName: jobOf(runId), status: 'Completed', succeeded: true, error: '' },
      tuned: {
        ...{ by: 'automl', trial: '0', metric: 'AUC_weighted', goal: 'maximize', trials: 4, failed: 0 },
        parameters: { algorithm: 'LogisticRegression' },
      },
    });
    expect(state.tuned?.sentence).toBe(sentence);
    for (const field of ['automl', 'steps', 'modelUri']) expect(state).not.toHaveProperty(field);
    expect(state.computeMs).toBeGreaterThan(0);
    expect(await textOf(`runs/${runId}/model/MLmodel`)).toContain('python_function');
    expect(JSON.parse(await textOf(`runs/${runId}/model/model.json`))).toMatchObject({ target: 'left' });
    expect(await step('submit-job', submission(runId, pinned)), 'submitted once more').toEqual(state);
  });

  it('is shown no row that is held out', async () => {
    const [, rows] = /wrote (\d+) rows/.exec(String((await logOf(runId, '&step=prepare'))['text']))!;
    const setup = String((await logOf(runId, '&step=setup'))['text']);
    expect(setup).toContain(`${rows} rows, `);
    expect(Number(rows)).toBeGreaterThan(150);
    expect(Number(rows)).toBeLessThan(250);
    expect(setup).not.toContain('id');
  });

  it('keeps what every trial came to', async () => {
    const kept = JSON.parse(await textOf(`runs/${runId}/trials.json`));
    expect(kept).toMatchObject({ job: jobOf(runId), metric: 'AUC_weighted', goal: 'maximize', best: '0' });
    const trials = kept.trials as { trial: string; value: number; parameters: { algorithm: string } }[];
    const algorithms = Object.fromEntries(trials.map((one) => [one.trial, one.parameters.algorithm]));
    expect(algorithms).toEqual({
      ...{ 0: 'LogisticRegression', 1: 'DecisionTree' },
      ...{ 2: 'BernoulliNaiveBayes', 3: 'LogisticRegression' },
    });
    for (const { value } of trials) expect(value).toBeGreaterThan(0.5);
  });

  it('shows the log of the best trial, or of the part that is asked for', async () => {
    expect(await logOf(runId)).toMatchObject({ partKind: 'trial', step: '0', ended: true });
    expect((await logOf(runId))['text']).toContain('LogisticRegression with');
    expect(await logOf(runId, '&step=1')).toMatchObject({ partKind: 'trial', step: '1', ended: true });
    expect(await logOf(runId, '&step=prepare')).toMatchObject({ partKind: 'step', step: 'prepare' });
    const steps = (await logOf(runId))['steps'] as { step: string }[];
    expect(steps.map((one) => one.step).sort()).toEqual(['0', '1', '2', '3', 'automl', 'prepare', 'setup']);
    expect(await logOf(runId, '&step=77')).toMatchObject({
      status: 404,
      detail: expect.stringContaining('trial "77" of job'),
    });
  });

  it('fails with the command that prepares, with its words and its log', async () => {
    await upload(`${dataPath}2002-08-19.csv`, churnRows(20));
    await begin(failing);
    const state = await untilEnded(step, jobOf(failing));
    expect(state).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(state.error).toMatch(
      new RegExp(
        `^step prepare failed, see \`ratchet logs ${failing} --phase train --step prepare\`\\. .*rows are too few`,
        's',
      ),
    );
    expect(await logOf(failing)).toMatchObject({ partKind: 'step', step: 'prepare', ended: true });
  });

  it('fails with the setup where the table does not fit, and says why', async () => {
    await upload(`${dataPath}2002-08-19.csv`, churnRows(300));
    await begin(wrong, modelFile(training!.replace('targetColumn: left', 'targetColumn: gone')));
    const state = await untilEnded(step, jobOf(wrong));
    expect(state.error).toMatch(
      /^step setup failed, see .* --step setup`\. .*the table has no column "gone"/s,
    );
    expect(await logOf(wrong)).toMatchObject({ partKind: 'step', step: 'setup', ended: true });
  });

  it('is cancelled with its parts, and booked for what they ran', async () => {
    await begin(cancelled);
    await untilSeen(async () => ((await logOf(cancelled))['step'] === undefined ? undefined : true));
    await step('cancel-job', { jobName: jobOf(cancelled) });
    const state = await untilEnded(step, jobOf(cancelled));
    expect(state).toMatchObject({ status: 'Canceled', succeeded: false });
    expect(state.computeMs).toBeGreaterThanOrEqual(0);
  });
});
