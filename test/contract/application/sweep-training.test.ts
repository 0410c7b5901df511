import { beforeAll, describe, expect, it } from 'vitest';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { untilSeen } from '../../until.ts';
import {
  jobOf,
  openTraining,
  pinTraining,
  readShownTraining,
  type TrainingWorld,
} from './training-fixture.ts';

const { page, training, programs } = readShownTraining('docs/sweep-training.md');
const [, sentence] = /`(Trial 3 of 6 [^`]*)`/.exec(page)!;
const further = {
  'silent.mjs': 'import("node:fs").then(({ writeFileSync }) => writeFileSync(process.argv[2] + "/a", ""));',
  'hang.mjs': 'setInterval(() => {}, 1000);',
};

const ids = ['1', '2', '3', '4'].map((digit) => `spam-filter-20020902-0000000${digit}`);
const [runId, failing, silent, cancelled] = ids as [string, string, string, string];
const pinned = pinTraining(training);
const dataPath = pinned.config.data.path;

let world: TrainingWorld;
beforeAll(async () => {
  world = await openTraining({ ...programs, ...further }, ids);
});

const withCommand = (command: string): PinnedModel =>
  pinTraining(training.replace(/node fit\.mjs.*/, `${command} \${{outputs.model}}`));

describe('training by a sweep', () => {
  it('says which trial is the best, where its model lies, and how long all of their machines ran', async () => {
    await world.upload(`${dataPath}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
    await world.begin(runId, pinned);
    const state = await world.untilEnded(jobOf(runId));

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
    const model = await world.textOf(state.modelUri!.replace(/^.*\/paths\//, '').concat('model.json'));
    expect(JSON.parse(model)).toEqual({ rate: 0.1, depth: 4 });
    expect(await world.submit(runId, pinned), 'submitted once more').toEqual(state);
  });

  it('keeps what every trial came to', async () => {
    const kept = JSON.parse(await world.textOf(`runs/${runId}/trials.json`));
    expect(kept).toMatchObject({ job: jobOf(runId), metric: 'accuracy', goal: 'maximize', best: '3' });
    const values = (kept.trials as { trial: string; value: number }[]).map(({ trial, value }) => [
      trial,
      value,
    ]);
    expect(Object.fromEntries(values)).toMatchObject({ 0: 0.85, 2: 0.95, 3: 0.975 });
    expect(values).toHaveLength(6);
  });

  it('shows the log of the best trial, or of the one that is asked for', async () => {
    expect(await world.logOf(runId)).toMatchObject({ partKind: 'trial', step: '3', ended: true });
    expect(await world.logOf(runId, '&step=0')).toMatchObject({ partKind: 'trial', step: '0', ended: true });
    expect((await world.logOf(runId))['steps']).toHaveLength(6);
    expect(await world.logOf(runId, '&step=77')).toMatchObject({
      status: 404,
      detail: expect.stringContaining('trial "77" of job'),
    });
  });

  it('fails with the trial that did first, with its words and its log', async () => {
    await world.upload(`${dataPath}2002-08-19.jsonl`, '{"id":1}\n');
    await world.begin(failing, pinned);
    const state = await world.untilEnded(jobOf(failing));
    expect(state).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(state.error).toMatch(
      new RegExp(
        `^trial \\d failed, see \`ratchet logs ${failing} --phase train --trial \\d\`\\. .*1 rows are too few`,
        's',
      ),
    );
    const log = await world.logOf(failing);
    expect(log).toMatchObject({ partKind: 'trial', ended: true });
    expect(log['text']).toContain('1 rows are too few to train on');
  });

  it('has no model where no trial has logged the metric', async () => {
    await world.begin(silent, withCommand('node silent.mjs'));
    const state = await world.untilEnded(jobOf(silent));
    expect(state).toMatchObject({ status: 'Completed', succeeded: false });
    expect(state.error).toContain('none has logged accuracy and ended well');
    expect(state).not.toHaveProperty('modelUri');
  });

  it('is cancelled with its trials, and booked for what they ran', async () => {
    await world.begin(cancelled, withCommand('node hang.mjs'));
    await untilSeen(async () => ((await world.logOf(cancelled))['step'] === undefined ? undefined : true));
    await world.step('cancel-job', { jobName: jobOf(cancelled) });
    const state = await world.untilEnded(jobOf(cancelled));
    expect(state).toMatchObject({ status: 'Canceled', succeeded: false });
    expect(state.computeMs).toBeGreaterThanOrEqual(0);
  });
});
