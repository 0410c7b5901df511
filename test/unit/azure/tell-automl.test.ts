import { describe, expect, it } from 'vitest';
import { blamed, findAutomlRuns, machinesOfParts } from '../../../shared/azure/automl-runs.ts';
import { describeJob } from '../../../shared/azure/describe-job.ts';
import { firstFailed, machineMs } from '../../../shared/azure/step-runs.ts';
import { findBestModel } from '../../../shared/azure/tell-automl.ts';

const jobName = 'churn-20020902-1f2e3d4c-train';
const driver = 'mslearn-bike-automl';

const run = (runId: string, minutes: number, more: object = {}) => ({
  ...{ runId, experimentId: 'e', status: 'FINISHED', tags: {}, metrics: {}, params: {} },
  startedAt: '2026-11-29T10:00:00.000Z',
  endedAt: `2026-11-29T10:${String(minutes).padStart(2, '0')}:00.000Z`,
  ...more,
});

/** The tags are those of a run that somebody has published. */
const tags = {
  ratchetStep: 'automl',
  score_000: '0.09318736819366397;0.10551532801771185;0.08702496724483741',
  iteration_000: '0;1;2',
  run_preprocessor_000: 'MaxAbsScaler;MaxAbsScaler;',
  run_algorithm_000: 'XGBoostRegressor;ElasticNet;VotingEnsemble',
  automl_best_child_run_id: `${driver}_2`,
};
const metric = 'normalized_root_mean_squared_error';

const children: Record<string, readonly ReturnType<typeof run>[]> = {
  [jobName]: [run('a1', 5, { tags: { ratchetStep: 'prepare' } }), run(driver, 30, { tags })],
  [driver]: [
    run(`${driver}_setup`, 6),
    run(`${driver}_0`, 10, { metrics: { [metric]: 0.0931 } }),
    run(`${driver}_1`, 11, { status: 'FAILED' }),
    run(`${driver}_2`, 12, { metrics: { [metric]: 0.0870249672 } }),
  ],
};
const tracking = (all: typeof children) => ({
  findRun: async (runId: string) => run(runId, 30),
  searchRuns: async ({ filter = '' }: { readonly filter?: string }) =>
    all[/= '([^']*)'/.exec(filter)?.[1] ?? ''] ?? [],
});
const automl = { metric, goal: 'minimize' as const };

async function find(said: string | null = null, all = children) {
  const kept: Record<string, unknown> = {};
  const found = await findAutomlRuns(tracking(all), jobName);
  const told = await findBestModel(
    { jobName, automl, found },
    {
      outputUri: async () => said,
      writeJson: async (path, document) => {
        kept[path] = document;
      },
    },
  );
  return { found, told, kept };
}

describe('an AutoML job that has completed', () => {
  it('is told with its best trial and the algorithm of each, as the service names them', async () => {
    const { told, kept } = await find();
    expect(told).toEqual({
      tuned: {
        ...{
          by: 'automl',
          trial: '2',
          jobName: `${driver}_2`,
          metric,
          goal: 'minimize',
          value: 0.0870249672,
        },
        ...{ parameters: { algorithm: 'VotingEnsemble' }, trials: 3, failed: 1, stopped: 0 },
        sentence: `Trial 2 of 3 (1 failed) is the best: ${metric} 0.087025, with algorithm VotingEnsemble.`,
      },
    });
    expect(kept['runs/churn-20020902-1f2e3d4c/trials.json']).toMatchObject({
      best: '2',
      trials: [
        { trial: '0', parameters: { algorithm: 'XGBoostRegressor' } },
        { trial: '1', status: 'FAILED', value: null },
        { trial: '2', value: 0.0870249672 },
      ],
    });
  });

  it('has a model all the same where the workspace names no trial', async () => {
    const unnamed = { ...children, [jobName]: [run(driver, 30, { tags: { ratchetStep: 'automl' } })] };
    expect((await find(null, unnamed)).told).toEqual({});
    expect((await find(null, {})).told).toEqual({});
  });

  it('believes the workspace where the model lies, and takes no registered model for files', async () => {
    const at = (path: string) =>
      `azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/${path}`;
    expect((await find(at('runs/churn-20020902-1f2e3d4c/model/'))).told).not.toHaveProperty('modelUri');
    expect((await find(at('azureml/x/best_model'))).told).toMatchObject({
      modelUri: at('azureml/x/best_model/'),
    });
    const registered = 'azureml://locations/eastus2/workspaces/w/models/azureml_x_output_mlflow/versions/1';
    expect((await find(registered)).told).toEqual({
      error: expect.stringContaining(`says that the best model lies at ${registered}, which is no path`),
    });
  });

  it('is booked for the machines of its parts, and not for its own run', async () => {
    const { found } = await find();
    const machines = machinesOfParts(found, { prepare: 2, automl: 1 });
    expect(machines).toMatchObject({ prepare: 2, automl: 0, setup: 1, 0: 1 });
    // 5 minutes of two machines, then 6, 10, 11 and 12 of one.
    expect(machineMs(found.runs, machines)).toBe((10 + 6 + 10 + 11 + 12) * 60_000);
    const alone = { runs: found.runs.slice(0, 2) };
    expect(machineMs(alone.runs, machinesOfParts(alone, { prepare: 2, automl: 1 }))).toBeUndefined();
  });
});

describe('an AutoML job that has failed', () => {
  const part = (step: string, status: string) => ({ ...run(step, 5, { status }), step });
  it.each([
    ['its setup, though that ended in the same moment', ['automl FAILED', 'setup FAILED'], 'setup'],
    ['the command before it', ['prepare FAILED', 'automl KILLED'], 'prepare'],
    ['a trial, where none has gone well', ['automl FAILED', 'setup FINISHED', '0 FAILED', '1 FAILED'], '0'],
    ['itself, where one has', ['automl FAILED', 'setup FINISHED', '0 FAILED', '1 FINISHED'], 'automl'],
    ['itself, where nothing else has failed', ['prepare FINISHED', 'automl FAILED'], 'automl'],
  ])('is told to have failed with %s', (_what, runs, step) => {
    const parts = runs.map((text) => part(...(text.split(' ') as [string, string])));
    expect(firstFailed(blamed(parts))?.step).toBe(step);
  });
});

describe('a pipeline with an AutoML job in it', () => {
  const describe_ = (node: object) =>
    describeJob(jobName, {
      properties: { jobType: 'Pipeline', status: 'Completed', jobs: { automl: node } },
    } as never);

  it('says by what the best is known, as MLflow names it', () => {
    expect(describe_({ type: 'automl', primary_metric: 'auc_weighted' }).automl).toEqual({
      ...{ metric: 'AUC_weighted', goal: 'maximize' },
    });
    expect(describe_({ type: 'automl', primary_metric: metric }).automl).toEqual(automl);
    expect(describe_({ type: 'command' })).not.toHaveProperty('automl');
  });
});
