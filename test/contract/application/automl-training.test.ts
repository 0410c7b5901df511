import { beforeAll, describe, expect, it } from 'vitest';
import { untilSeen } from '../../until.ts';
import { churnRows } from '../../world/train-by-automl.ts';
import {
  jobOf,
  openTraining,
  pinTraining,
  readShownTraining,
  type TrainingWorld,
} from './training-fixture.ts';

const { page, training, programs } = readShownTraining('docs/automl-training.md');
const [, sentence] = /`(Trial 0 of 4 [^`]*)`/.exec(page)!;

const ids = ['1', '2', '3', '4'].map((digit) => `spam-filter-20020902-0000000${digit}`);
const [runId, failing, wrong, cancelled] = ids as [string, string, string, string];
const pinned = pinTraining(training);
const dataPath = pinned.config.data.path;

let world: TrainingWorld;
beforeAll(async () => {
  world = await openTraining(programs, ids);
});

describe('training by AutoML', () => {
  it('leaves its best model where any training does, says which it is, and how long all machines ran', async () => {
    await world.upload(`${dataPath}2002-08-19.csv`, churnRows(300));
    await world.begin(runId, pinned);
    const state = await world.untilEnded(jobOf(runId));

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
    expect(await world.textOf(`runs/${runId}/model/MLmodel`)).toContain('python_function');
    expect(JSON.parse(await world.textOf(`runs/${runId}/model/model.json`))).toMatchObject({
      target: 'left',
    });
    expect(await world.submit(runId, pinned), 'submitted once more').toEqual(state);
  });

  it('is shown no row that is held out', async () => {
    const [, rows] = /wrote (\d+) rows/.exec(String((await world.logOf(runId, '&step=prepare'))['text']))!;
    const setup = String((await world.logOf(runId, '&step=setup'))['text']);
    expect(setup).toContain(`${rows} rows, `);
    expect(Number(rows)).toBeGreaterThan(150);
    expect(Number(rows)).toBeLessThan(250);
    expect(setup).not.toContain('id');
  });

  it('keeps what every trial came to', async () => {
    const kept = JSON.parse(await world.textOf(`runs/${runId}/trials.json`));
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
    expect(await world.logOf(runId)).toMatchObject({ partKind: 'trial', step: '0', ended: true });
    expect((await world.logOf(runId))['text']).toContain('LogisticRegression with');
    expect(await world.logOf(runId, '&step=1')).toMatchObject({ partKind: 'trial', step: '1', ended: true });
    expect(await world.logOf(runId, '&step=prepare')).toMatchObject({ partKind: 'step', step: 'prepare' });
    const steps = (await world.logOf(runId))['steps'] as { step: string }[];
    expect(steps.map((one) => one.step).sort()).toEqual(['0', '1', '2', '3', 'automl', 'prepare', 'setup']);
    expect(await world.logOf(runId, '&step=77')).toMatchObject({
      status: 404,
      detail: expect.stringContaining('trial "77" of job'),
    });
  });

  it('fails with the command that prepares, with its words and its log', async () => {
    await world.upload(`${dataPath}2002-08-19.csv`, churnRows(20));
    await world.begin(failing, pinned);
    const state = await world.untilEnded(jobOf(failing));
    expect(state).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(state.error).toMatch(
      new RegExp(
        `^step prepare failed, see \`ratchet logs ${failing} --phase train --step prepare\`\\. .*rows are too few`,
        's',
      ),
    );
    expect(await world.logOf(failing)).toMatchObject({ partKind: 'step', step: 'prepare', ended: true });
  });

  it('fails with the setup where the table does not fit, and says why', async () => {
    await world.upload(`${dataPath}2002-08-19.csv`, churnRows(300));
    await world.begin(wrong, pinTraining(training.replace('targetColumn: left', 'targetColumn: gone')));
    const state = await world.untilEnded(jobOf(wrong));
    expect(state.error).toMatch(
      /^step setup failed, see .* --step setup`\. .*the table has no column "gone"/s,
    );
    expect(await world.logOf(wrong)).toMatchObject({ partKind: 'step', step: 'setup', ended: true });
  });

  it('is cancelled with its parts, and booked for what they ran', async () => {
    await world.begin(cancelled, pinned);
    await untilSeen(async () => ((await world.logOf(cancelled))['step'] === undefined ? undefined : true));
    await world.step('cancel-job', { jobName: jobOf(cancelled) });
    const state = await world.untilEnded(jobOf(cancelled));
    expect(state).toMatchObject({ status: 'Canceled', succeeded: false });
    expect(state.computeMs).toBeGreaterThanOrEqual(0);
  });
});
