import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { run } from '../../fixtures/ledger.ts';
import { untilSeen } from '../../until.ts';
import { serveFunctions } from './handlers.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep, untilEnded } from './run-steps.ts';

/** What docs/sweep-training.md shows: the training, and its program. */
const page = readFileSync('docs/sweep-training.md', 'utf8');
const [, training] = /```yaml\n(training:[\s\S]*?)```/.exec(page)!;
const [, program] = /```js\n\/\/ fit\.mjs\n([\s\S]*?)```/.exec(page)!;
const [, sentence] = /`(Trial 3 of 6 [^`]*)`/.exec(page)!;

const ids = ['1', '2', '3', '4'].map((digit) => `spam-filter-20020902-0000000${digit}`);
const [runId, failing, silent, cancelled] = ids as [string, string, string, string];
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
  await upload('code/churn/fit.mjs', program!);
  await upload(
    'code/churn/silent.mjs',
    'import("node:fs").then(({ writeFileSync }) => writeFileSync(process.argv[2] + "/a", ""));',
  );
  await upload('code/churn/hang.mjs', 'setInterval(() => {}, 1000);');
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

const withCommand = (command: string): PinnedModel =>
  modelFile(training!.replace(/node fit\.mjs.*/, `${command} \${{outputs.model}}`));

describe('training by a sweep', () => {
  it('says which trial is the best, where its model lies, and how long all of their machines ran', async () => {
    await upload(`${dataPath}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
    await begin(runId);
    const state = await untilEnded(step, jobOf(runId));

    expect(state).toMatchObject({
      ...{ jobName: jobOf(runId), status: 'Completed', succeeded: true, error: '' },
      tuned: {
        ...{ trial: '3', jobName: `${jobOf(runId)}_3`, metric: 'accuracy', goal: 'maximize', value: 0.975 },
        parameters: { rate: '0.1', depth: '4' },
        ...{ trials: 6, failed: 0, stopped: 0, sentence },
      },
    });
    expect(state).not.toHaveProperty('sweep');
    expect(state.computeMs).toBeGreaterThan(0);
    expect(state.modelUri).toMatch(/\/datastores\/workspaceblobstore\/paths\/azureml\/.*-train_3\/model\/$/);
    const model = await textOf(state.modelUri!.replace(/^.*\/paths\//, '').concat('model.json'));
    expect(JSON.parse(model)).toEqual({ rate: 0.1, depth: 4 });
    expect(await step('submit-job', submission(runId, pinned)), 'submitted once more').toEqual(state);
  });

  it('keeps what every trial came to', async () => {
    const kept = JSON.parse(await textOf(`runs/${runId}/trials.json`));
    expect(kept).toMatchObject({ job: jobOf(runId), metric: 'accuracy', goal: 'maximize', best: '3' });
    const values = (kept.trials as { trial: string; value: number }[]).map(({ trial, value }) => [
      trial,
      value,
    ]);
    expect(Object.fromEntries(values)).toMatchObject({ 0: 0.85, 2: 0.95, 3: 0.975 });
    expect(values).toHaveLength(6);
  });

  it('shows the log of the best trial, or of the one that is asked for', async () => {
    expect(await logOf(runId)).toMatchObject({ partKind: 'trial', step: '3', ended: true });
    expect(await logOf(runId, '&step=0')).toMatchObject({ partKind: 'trial', step: '0', ended: true });
    expect((await logOf(runId))['steps']).toHaveLength(6);
    expect(await logOf(runId, '&step=77')).toMatchObject({
      status: 404,
      detail: expect.stringContaining('trial "77" of job'),
    });
  });

  it('fails with the trial that did first, with its words and its log', async () => {
    await upload(`${dataPath}2002-08-19.jsonl`, '{"id":1}\n');
    await begin(failing);
    const state = await untilEnded(step, jobOf(failing));
    expect(state).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(state.error).toMatch(
      new RegExp(
        `^trial \\d failed, see \`ratchet logs ${failing} --phase train --trial \\d\`\\. .*1 rows are too few`,
        's',
      ),
    );
    const log = await logOf(failing);
    expect(log).toMatchObject({ partKind: 'trial', ended: true });
    expect(log['text']).toContain('1 rows are too few to train on');
  });

  it('has no model where no trial has logged the metric', async () => {
    await begin(silent, withCommand('node silent.mjs'));
    const state = await untilEnded(step, jobOf(silent));
    expect(state).toMatchObject({ status: 'Completed', succeeded: false });
    expect(state.error).toContain('none has logged accuracy and ended well');
    expect(state).not.toHaveProperty('modelUri');
  });

  it('is cancelled with its trials, and booked for what they ran', async () => {
    await begin(cancelled, withCommand('node hang.mjs'));
    await untilSeen(async () => ((await logOf(cancelled))['step'] === undefined ? undefined : true));
    await step('cancel-job', { jobName: jobOf(cancelled) });
    const state = await untilEnded(step, jobOf(cancelled));
    expect(state).toMatchObject({ status: 'Canceled', succeeded: false });
    expect(state.computeMs).toBeGreaterThanOrEqual(0);
  });
});
