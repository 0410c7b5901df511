import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { untilSeen } from '../../until.ts';
import { idOf, nodeId, openWorkspace, type Workspace } from './workspace-fixture.ts';
import { putAt, runsBelow } from './workspace-requests.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.addCode('trials', {
    'trial.js': `
      const { writeFileSync } = require('node:fs');
      const [, , rate, out] = process.argv;
      const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env;
      async function log(value, step) {
        const answer = await fetch(uri + '/api/2.0/mlflow/runs/log-metric', {
          method: 'POST',
          headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
          body: JSON.stringify({ run_id, key: 'score', value, timestamp: Date.now(), step }),
        });
        if (!answer.ok) throw new Error(await answer.text());
      }
      (async () => {
        if (rate === 'broken') process.exit(3);
        writeFileSync(out + '/model.txt', rate + ' ' + process.env.AZUREML_SWEEP_rate);
        if (rate === 'silent') return;
        console.log('rate', rate);
        for (let step = 0; step < 3; step++) await log(Number(rate) * (step + 1), step);
        if (process.argv.includes('--hang')) setInterval(() => {}, 1000);
      })();
    `,
  });
});
afterAll(() => workspace.close());

const put = (name: string, properties: object, version?: string) =>
  putAt(workspace, `jobs/${name}`, properties, version);

const trial = {
  command: 'node trial.js ${{search_space.rate}} ${{outputs.model}}',
  codeId: idOf('codes', 'trials'),
  environmentId: nodeId,
};
const sweep = (more: object = {}) => ({
  jobType: 'Sweep',
  experimentName: 'tests',
  computeId: `${localCloud.workspaceId}/computes/cpu`,
  outputs: { model: { jobOutputType: 'uri_folder' } },
  trial,
  searchSpace: { rate: ['choice', [[1, 3, 2]]] },
  samplingAlgorithm: { samplingAlgorithmType: 'Grid' },
  objective: { goal: 'Maximize', primaryMetric: 'score' },
  limits: { jobLimitsType: 'Sweep', maxTotalTrials: 10, maxConcurrentTrials: 1 },
  ...more,
});

const trialsOf = (name: string) => runsBelow(workspace, name);

const statusesOf = async (name: string): Promise<readonly string[]> =>
  (await trialsOf(name)).map(({ info }) => info.status);

describe('a sweep job', () => {
  it('runs a trial for each combination, and names the best, whose model lies in a folder of its own', async () => {
    expect(await put('grid', sweep())).toMatchObject({ status: 201 });
    const job = await workspace.untilEnded('grid');

    expect(job.status).toBe('Completed');
    expect(job.properties).toMatchObject({ best_child_run_id: 'grid_1', score: '9' });
    expect((await trialsOf('grid')).map(({ info }) => info.run_id)).toEqual(['grid_0', 'grid_1', 'grid_2']);
    expect(await workspace.read('azureml/grid_1/model/model.txt')).toBe('3 3');
    const { json } = await workspace.fetch(`${localCloud.workspaceId}/jobs/grid_1?api-version=2024-04-01`);
    expect(json.properties).toMatchObject({
      jobType: 'Command',
      outputs: { model: { uri: expect.stringMatching(/\/paths\/azureml\/grid_1\/model\/$/) } },
    });
    const all = await workspace.fetch(`${localCloud.workspaceId}/jobs?api-version=2022-10-01`);
    const names = (all.json.value as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('grid'))).toEqual(['grid']);
    const ofTrial = workspace.events.filter(({ subject }) => subject.endsWith('/grid_1'));
    expect(ofTrial.at(-1)?.data).toMatchObject({ runType: 'azureml.commandjob' });
    expect(await put('grid', sweep()), 'the same once more').toMatchObject({ status: 200 });
  });

  it('names the trial with the least where that is the goal', async () => {
    await put('least', sweep({ objective: { goal: 'Minimize', primaryMetric: 'score' } }));
    const job = await workspace.untilEnded('least');
    expect(job.properties).toMatchObject({ best_child_run_id: 'least_0', score: '1' });
  });

  it('runs no more at once than it says', async () => {
    const limits = { jobLimitsType: 'Sweep', maxTotalTrials: 4, maxConcurrentTrials: 1 };
    const searchSpace = { rate: ['uniform', [1, 2]] };
    await put(
      'one-by-one',
      sweep({ limits, searchSpace, samplingAlgorithm: { samplingAlgorithmType: 'Random' } }),
    );
    await workspace.untilEnded('one-by-one');
    const trials = await trialsOf('one-by-one');
    expect(trials).toHaveLength(4);
    const gaps = trials.slice(1).map(({ info }, at) => info.start_time - trials[at]!.info.end_time);
    expect(gaps.filter((gap) => gap < 0)).toEqual([]);
  });

  it('draws the same values for the same seed, within their bounds', async () => {
    const limits = { jobLimitsType: 'Sweep', maxTotalTrials: 2, maxConcurrentTrials: 2 };
    const samplingAlgorithm = { samplingAlgorithmType: 'Random', seed: 7 };
    const searchSpace = { rate: ['quniform', [1, 2, 0.25]] };
    const drawn: string[] = [];
    for (const name of ['seven', 'seven-again']) {
      await put(name, sweep({ limits, searchSpace, samplingAlgorithm }));
      await workspace.untilEnded(name);
      for (const at of [0, 1]) drawn.push(await workspace.read(`azureml/${name}_${at}/model/model.txt`));
    }
    expect(drawn.slice(2)).toEqual(drawn.slice(0, 2));
    for (const text of drawn) expect(Number(text.split(' ')[0]) % 0.25).toBe(0);
  });

  it('goes well where a trial fails or logs nothing, and fails where none completes', async () => {
    await put('some', sweep({ searchSpace: { rate: ['choice', [['broken', 2, 'silent']]] } }));
    const some = await workspace.untilEnded('some');
    expect(some).toMatchObject({ status: 'Completed', properties: { best_child_run_id: 'some_1' } });
    expect(await statusesOf('some')).toEqual(['FAILED', 'FINISHED', 'FINISHED']);

    await put('none', sweep({ searchSpace: { rate: ['choice', [['broken']]] } }));
    const none = await workspace.untilEnded('none');
    expect(none.status).toBe('Failed');
    expect(none.properties?.['errorMessage']).toContain('None of the 1 trials has completed');

    await put('silent', sweep({ searchSpace: { rate: ['choice', [['silent']]] } }));
    const silent = await workspace.untilEnded('silent');
    expect(silent.status).toBe('Completed');
    expect(silent.properties).not.toHaveProperty('best_child_run_id');
  });

  it.each([
    ['Bandit', { policyType: 'Bandit', slackFactor: 0.1, evaluationInterval: 1 }],
    ['MedianStopping', { policyType: 'MedianStopping', evaluationInterval: 1 }],
    [
      'TruncationSelection',
      { policyType: 'TruncationSelection', truncationPercentage: 50, evaluationInterval: 1 },
    ],
  ])('stops a trial that %s gives up', async (_kind, earlyTermination) => {
    const name = `stops-${earlyTermination.policyType}`;
    const hangs = { ...trial, command: `${trial.command} --hang` };
    const limits = {
      jobLimitsType: 'Sweep',
      maxTotalTrials: 2,
      maxConcurrentTrials: 1,
      trialTimeout: 'PT5S',
    };
    // The first one hangs until its time is over; what it has logged counts all the same.
    await put(
      name,
      sweep({ trial: hangs, limits, searchSpace: { rate: ['choice', [[5, 1]]] }, earlyTermination }),
    );
    await workspace.untilEnded(name);
    expect(await statusesOf(name)).toEqual(['FAILED', 'KILLED']);
  });

  it('is cancelled with its trials, by somebody and by its own limit', async () => {
    const hangs = { ...trial, command: `${trial.command} --hang` };
    await put('cancelled', sweep({ trial: hangs }));
    await untilSeen(async () => (await statusesOf('cancelled'))[0] === 'RUNNING' || undefined);
    await workspace.cancel('cancelled');
    expect((await workspace.untilEnded('cancelled')).status).toBe('Canceled');
    expect(await statusesOf('cancelled')).toEqual(['KILLED']);

    const limits = { jobLimitsType: 'Sweep', maxTotalTrials: 3, maxConcurrentTrials: 1, timeout: 'PT1S' };
    await put('outlasts', sweep({ trial: hangs, limits }));
    expect((await workspace.untilEnded('outlasts')).status).toBe('Canceled');
    expect(await statusesOf('outlasts')).toEqual(['KILLED']);
  });

  it('goes on after the program that ran it was started again', async () => {
    await put('resumes', sweep());
    await workspace.restart();
    expect((await workspace.untilEnded('resumes')).status).toBe('Completed');
    expect(await statusesOf('resumes')).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
  });
});

describe('a sweep job is refused', () => {
  const withLimits = (limits: object) => sweep({ limits: { jobLimitsType: 'Sweep', ...limits } });
  it.each([
    ['without a trial', sweep({ trial: undefined }), 'properties.trial'],
    ['without hyperparameters', sweep({ searchSpace: {} }), 'properties.searchSpace: no hyperparameters'],
    ['without limits', sweep({ limits: undefined }), 'properties.limits'],
    ['with too many trials', withLimits({ maxTotalTrials: 1001 }), 'properties.limits.maxTotalTrials'],
    [
      'with too many at once',
      withLimits({ maxTotalTrials: 1000, maxConcurrentTrials: 101 }),
      'properties.limits.maxConcurrentTrials',
    ],
    [
      'with a time limit of none',
      withLimits({ maxTotalTrials: 1, timeout: 'PT0S' }),
      'properties.limits.timeout',
    ],
    [
      'with a hyperparameter that is not there',
      sweep({ trial: { ...trial, command: 'node trial.js ${{search_space.depth}}' } }),
      'properties.trial.command: ${{search_space.depth}} is no hyperparameter',
    ],
    [
      'with a distribution of no name',
      sweep({ searchSpace: { rate: ['beta', [1, 2]] } }),
      'properties.searchSpace.rate',
    ],
    [
      'with a range turned round',
      sweep({ searchSpace: { rate: ['uniform', [2, 1]] } }),
      'properties.searchSpace.rate',
    ],
    [
      'with a grid over what has no end',
      sweep({ searchSpace: { rate: ['uniform', [1, 2]] } }),
      'properties.searchSpace.rate: Grid sampling takes choice; found uniform',
    ],
    [
      'with Bayesian sampling of a logarithm',
      sweep({
        searchSpace: { rate: ['loguniform', [1, 2]] },
        samplingAlgorithm: { samplingAlgorithmType: 'Bayesian' },
      }),
      'Bayesian sampling takes choice, uniform, quniform; found loguniform',
    ],
    [
      'with Bayesian sampling and early termination',
      sweep({
        samplingAlgorithm: { samplingAlgorithmType: 'Bayesian' },
        earlyTermination: { policyType: 'MedianStopping' },
      }),
      'properties.earlyTermination',
    ],
    [
      'with a Sobol sequence',
      sweep({ samplingAlgorithm: { samplingAlgorithmType: 'Random', rule: 'Sobol' } }),
      'Sobol sequences are not drawn here',
    ],
    [
      'with a bandit without slack',
      sweep({ earlyTermination: { policyType: 'Bandit' } }),
      'properties.earlyTermination: a Bandit policy has one of slackFactor and slackAmount',
    ],
    [
      'with an output where all trials would write',
      sweep({
        outputs: {
          model: { jobOutputType: 'uri_folder', uri: 'azureml://datastores/workspaceblobstore/paths/m/' },
        },
      }),
      'properties.outputs.model.uri: leave it out',
    ],
    [
      'with code that is not there',
      sweep({ trial: { ...trial, codeId: idOf('codes', 'nobody') } }),
      'nobody',
    ],
    [
      'with a trial that needs a shell',
      sweep({ trial: { ...trial, command: 'node a.js | cat' } }),
      'would need a shell',
    ],
    [
      'with a goal of another kind',
      sweep({ objective: { goal: 'Most', primaryMetric: 'score' } }),
      'properties.objective.goal',
    ],
    [
      'as a component',
      sweep({ componentId: `${localCloud.workspaceId}/components/a/versions/1` }),
      'properties.componentId',
    ],
  ])('%s', async (_what, properties, says) => {
    const answer = await put('refused', properties);
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toContain(says);
  });

  it('and so is a queue at a version that would lose it', async () => {
    const answer = await put('refused', sweep({ queueSettings: { jobTier: 'Spot' } }), '2022-10-01');
    expect(answer.json.error.message).toContain('api-version 2022-10-01 does not have it');
  });

  it('and so is its output where a job reads it: it is some trial that has one', async () => {
    await put('sources', sweep({ searchSpace: { rate: ['choice', [[1]]] } }));
    await workspace.untilEnded('sources');
    const reads = (uri: string) => ({
      ...{ jobType: 'Command', experimentName: 'tests', environmentId: nodeId, command: 'node -v' },
      inputs: { model: { jobInputType: 'uri_folder', uri } },
    });
    const answer = await put('reads', reads('azureml://jobs/sources/outputs/model'));
    expect(answer.json.error.message).toContain('each trial has outputs of its own; name one, sources_N');
    await put('reads', reads('azureml://jobs/sources_0/outputs/model'));
    expect((await workspace.untilEnded('reads')).status).toBe('Completed');
  });
});
