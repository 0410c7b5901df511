import { describe, expect, it } from 'vitest';
import { findBestTrial } from '../../../shared/azure/tell-sweep.ts';
import { trainingJobOf } from '../../../shared/domain/lineage.ts';

const jobName = 'spam-20020902-1f2e3d4c-train-2';
const sweep = {
  metric: 'loss',
  goal: 'minimize' as const,
  parameters: ['rate', 'depth'],
  machines: 1,
  best: `${jobName}_1`,
};

const trial = (number: number, status: string, value?: number, params: Record<string, string> = {}) => ({
  ...{ runId: `${jobName}_${number}`, step: String(number), experimentId: 'e', status, tags: {}, params },
  ...{ startedAt: '2026-11-29T10:00:00.000Z', endedAt: '2026-11-29T10:10:00.000Z' },
  metrics: value === undefined ? {} : { loss: value },
});
const runs = [
  trial(0, 'FAILED'),
  trial(1, 'FINISHED', 0.25, { rate: '0.1', other: 'x' }),
  trial(2, 'KILLED', Number.NaN),
];

async function find(changes: Partial<Parameters<typeof findBestTrial>[0]> = {}, said: string | null = null) {
  const kept: Record<string, unknown> = {};
  const found = await findBestTrial(
    { jobName, sweep, runs, ...changes },
    {
      outputUri: async () => said,
      writeJson: async (path, document) => {
        kept[path] = document;
      },
    },
  );
  return { found, kept };
}

describe('a sweep that has completed', () => {
  it('has the model of its best trial where the clients of the service look for it', async () => {
    const { found, kept } = await find();
    expect(found).toEqual({
      modelUri: `azureml://datastores/workspaceblobstore/paths/azureml/${jobName}_1/model/`,
      tuned: {
        ...{ trial: '1', jobName: `${jobName}_1`, metric: 'loss', goal: 'minimize', value: 0.25 },
        ...{ parameters: { rate: '0.1' }, trials: 3, failed: 1, stopped: 1 },
        sentence: 'Trial 1 of 3 (1 failed, 1 stopped early) is the best: loss 0.25, with rate 0.1.',
      },
    });
    expect(kept).toMatchObject({
      'runs/spam-20020902-1f2e3d4c/trials-2.json': {
        best: '1',
        trials: [{ status: 'FAILED', value: null }, { value: 0.25 }, { status: 'KILLED', value: null }],
      },
    });
  });

  it('has it where the job of the trial says, and ends with a slash', async () => {
    const said = `azureml://datastores/workspaceblobstore/paths/elsewhere/${jobName}_1/m`;
    expect((await find({}, said)).found).toMatchObject({ modelUri: `${said}/` });
  });

  it('is told of where the workspace does not let runs be read', async () => {
    expect((await find({ runs: [] })).found).toMatchObject({
      tuned: { value: null, trials: 0, sentence: 'Trial 1 is the best by loss.' },
    });
  });

  it.each([
    ['no trial is named', { sweep: { ...sweep, best: null } }, null, 'none has logged loss and ended well'],
    [
      'the best one was stopped',
      { sweep: { ...sweep, best: `${jobName}_2` } },
      null,
      'the best trial, 2, ended KILLED: its model is not whole',
    ],
    [
      'others may have written over it',
      {},
      'azureml://datastores/workspaceblobstore/paths/models/spam/',
      'the model of trial 1 lies at azureml://datastores/workspaceblobstore/paths/models/spam/, where other trials',
    ],
  ])('has no model where %s', async (_why, changes, said, error) => {
    expect((await find(changes, said)).found).toEqual({ error: expect.stringContaining(error) });
  });

  it('is the job that a version was trained by, known by where its files lie', () => {
    const of = (path: string) => trainingJobOf(`azureml://datastores/workspaceblobstore/paths/${path}`);
    const runId = 'spam-20020902-1f2e3d4c';
    expect(of(`azureml/${jobName}_1/model/`)).toEqual({ runId, attempt: 2 });
    expect(of(`azureml/${runId}-train_12/model/`)).toEqual({ runId, attempt: 1 });
    expect(of(`runs/${runId}/model-3/`)).toEqual({ runId, attempt: 3 });
    expect(of(`azureml/${runId}-evaluate_1/model/`)).toBeNull();
    expect(of('azureml/upbeat_cumin_1/model/')).toBeNull();
  });
});
