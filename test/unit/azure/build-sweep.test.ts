import { describe, expect, it } from 'vitest';
import { buildSweep } from '../../../shared/azure/build-sweep.ts';
import type { SweepConfig } from '../../../shared/config/sweep-schema.ts';

const workspaceId =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw';
const inStore =
  'azureml://subscriptions/s/resourcegroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths';

const sweep: SweepConfig = {
  kind: 'sweep',
  command: 'node fit.ts ${{inputs.data}} ${{search_space.rate}} ${{inputs.epochs}} ${{outputs.model}}',
  code: 'azureml:spam:1',
  environment: 'azureml:node:24',
  compute: 'gpu',
  settings: { epochs: 6 },
  environmentVariables: { LOG: 'info' },
  resources: { instanceCount: 2, shmSize: '8g' },
  distribution: { type: 'mpi', processesPerInstance: 1 },
  identity: { type: 'managed' },
  tags: { team: 'mail' },
  searchSpace: {
    rate: { type: 'loguniform', min: -6, max: -1 },
    depth: { type: 'choice', values: [2, 'four'] },
    seed: { type: 'randint', upper: 10 },
    share: { type: 'quniform', min: 0, max: 1, q: 0.1 },
    noise: { type: 'normal', mu: 0, sigma: 2 },
    blur: { type: 'qlognormal', mu: 0, sigma: 2, q: 1 },
  },
  objective: { metric: 'accuracy', goal: 'maximize' },
  sampling: { type: 'random', seed: 7 },
  limits: { maxTotalTrials: 20, maxConcurrentTrials: 4, trialTimeout: 'PT90M', timeout: 'P1W' },
  earlyTermination: { type: 'bandit', slackFactor: 0.1, evaluationInterval: 2, delayEvaluation: 5 },
};
const request = {
  runId: 'spam-20020902-1f2e3d4c',
  model: 'spam',
  phase: 'train' as const,
  dataPath: 'mail/',
  job: sweep,
  challenger: null,
  champion: null,
};

describe('a training sweep', () => {
  it('is one job as the service takes it, whose output has no address of ours', () => {
    expect(buildSweep(request, workspaceId)).toEqual({
      jobType: 'Sweep',
      displayName: 'spam-20020902-1f2e3d4c-train',
      experimentName: 'spam',
      computeId: `${workspaceId}/computes/gpu`,
      identity: { identityType: 'Managed' },
      inputs: {
        data: { jobInputType: 'uri_folder', uri: `${inStore}/mail/`, mode: 'ReadOnlyMount' },
        manifest: {
          jobInputType: 'uri_file',
          uri: `${inStore}/runs/spam-20020902-1f2e3d4c/manifest.json`,
          mode: 'ReadOnlyMount',
        },
        epochs: { jobInputType: 'literal', value: '6' },
      },
      outputs: { model: { jobOutputType: 'uri_folder', mode: 'ReadWriteMount' } },
      trial: {
        command: sweep.command,
        codeId: `${workspaceId}/codes/spam/versions/1`,
        environmentId: `${workspaceId}/environments/node/versions/24`,
        environmentVariables: { LOG: 'info' },
        resources: { instanceCount: 2, shmSize: '8g' },
        distribution: { distributionType: 'Mpi', processCountPerInstance: 1 },
      },
      searchSpace: {
        rate: ['loguniform', [-6, -1]],
        depth: ['choice', [[2, 'four']]],
        seed: ['randint', [10]],
        share: ['quniform', [0, 1, 0.1]],
        noise: ['normal', [0, 2]],
        blur: ['qlognormal', [0, 2, 1]],
      },
      samplingAlgorithm: { samplingAlgorithmType: 'Random', rule: 'Random', seed: 7 },
      objective: { goal: 'Maximize', primaryMetric: 'accuracy' },
      limits: {
        jobLimitsType: 'Sweep',
        maxTotalTrials: 20,
        maxConcurrentTrials: 4,
        trialTimeout: 'PT1H30M',
        timeout: 'P7D',
      },
      earlyTermination: {
        policyType: 'Bandit',
        slackFactor: 0.1,
        evaluationInterval: 2,
        delayEvaluation: 5,
      },
      tags: { team: 'mail', ratchetRun: 'spam-20020902-1f2e3d4c', ratchetPhase: 'train' },
    });
  });

  it.each([
    [{ type: 'median-stopping' as const }, { policyType: 'MedianStopping' }],
    [
      { type: 'truncation-selection' as const, percentage: 20 },
      { policyType: 'TruncationSelection', truncationPercentage: 20 },
    ],
    [
      { type: 'bandit' as const, slackAmount: 2 },
      { policyType: 'Bandit', slackAmount: 2 },
    ],
  ])('stops trials early by %o', (policy, sent) => {
    const when = { evaluationInterval: 1, delayEvaluation: 0 };
    const job = { ...sweep, earlyTermination: { ...policy, ...when } };
    expect(buildSweep({ ...request, job }, workspaceId).earlyTermination).toEqual({ ...sent, ...when });
  });

  it('says nothing of what the model file leaves to the service', () => {
    const { resources, distribution, identity, earlyTermination, ...less } = sweep;
    const { timeout, ...limits } = sweep.limits;
    const job = { ...less, limits, compute: 'serverless', sampling: { type: 'bayesian' as const } };
    const sent = buildSweep({ ...request, job }, workspaceId);
    expect([resources, distribution, identity, earlyTermination, timeout]).not.toContain(undefined);
    for (const field of ['computeId', 'identity', 'earlyTermination', 'queueSettings'])
      expect(sent).not.toHaveProperty(field);
    expect(sent.trial).not.toHaveProperty('resources');
    expect(sent.limits).not.toHaveProperty('timeout');
    expect(sent.samplingAlgorithm).toEqual({ samplingAlgorithmType: 'Bayesian' });
  });
});
