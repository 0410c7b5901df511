import { describe, expect, it } from 'vitest';
import { buildJob, type JobRequest } from '../../../shared/azure/build-job.ts';
import type { JobConfig } from '../../../shared/config/schema.ts';
import { jobNameOf } from '../../../shared/domain/job-name.ts';

const workspaceId =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw';

const config: JobConfig = {
  command: 'node train.ts --data ${{inputs.data}} --epochs ${{inputs.epochs}}',
  code: 'azureml:spam-filter:1',
  environment: 'azureml:node:24',
  compute: 'cpu',
  timeout: 'PT10M',
  settings: { epochs: 6, shuffle: true },
  environmentVariables: { LOG: 'info' },
};

const version = (name: string) => ({
  name: 'spam-filter',
  version: name,
  modelUri: `azureml://models/${name}`,
});

const training: JobRequest = {
  runId: 'spam-filter-20020902-1f2e3d4c',
  model: 'spam-filter',
  phase: 'train',
  dataPath: 'mail/spam-filter/',
  job: config,
  challenger: null,
  champion: null,
};

const evaluation: JobRequest = {
  ...training,
  phase: 'evaluate',
  job: { ...config, command: 'node evaluate.ts ${{inputs.challenger}} $[[${{inputs.champion}}]]' },
  challenger: version('new'),
  champion: version('old'),
};

describe('a training job', () => {
  it('has the inputs, outputs, ids and tags docs/jobs.md promises', () => {
    const inStore =
      'azureml://subscriptions/s/resourcegroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths';
    expect(jobNameOf(training)).toBe('spam-filter-20020902-1f2e3d4c-train');
    expect(buildJob(training, workspaceId)).toEqual({
      jobType: 'Command',
      displayName: 'spam-filter-20020902-1f2e3d4c-train',
      experimentName: 'spam-filter',
      command: 'node train.ts --data ${{inputs.data}} --epochs ${{inputs.epochs}}',
      codeId: `${workspaceId}/codes/spam-filter/versions/1`,
      environmentId: `${workspaceId}/environments/node/versions/24`,
      computeId: `${workspaceId}/computes/cpu`,
      inputs: {
        data: { jobInputType: 'uri_folder', uri: `${inStore}/mail/spam-filter/`, mode: 'ReadOnlyMount' },
        manifest: {
          jobInputType: 'uri_file',
          uri: `${inStore}/runs/spam-filter-20020902-1f2e3d4c/manifest.json`,
          mode: 'ReadOnlyMount',
        },
        epochs: { jobInputType: 'literal', value: '6' },
        shuffle: { jobInputType: 'literal', value: 'true' },
      },
      outputs: {
        model: {
          jobOutputType: 'uri_folder',
          uri: `${inStore}/runs/spam-filter-20020902-1f2e3d4c/model/`,
          mode: 'ReadWriteMount',
        },
      },
      limits: { jobLimitsType: 'Command', timeout: 'PT10M' },
      environmentVariables: { LOG: 'info' },
      tags: { ratchetRun: 'spam-filter-20020902-1f2e3d4c', ratchetPhase: 'train' },
    });
  });

  it('says what it runs on only where the model file does', () => {
    const job: JobConfig = {
      ...config,
      environment: 'azureml://registries/azureml/environments/torch-2.6/versions/3',
      resources: {
        instanceType: 'Standard_NC6s_v3',
        instanceCount: 2,
        shmSize: '8g',
        properties: { a: { b: 1 } },
      },
      distribution: { type: 'pytorch', processesPerInstance: 4 },
      identity: { type: 'managed', clientId: '6f1d3c1e-6a6e-4f4f-9a51-0d5d1c6e9a10' },
      tags: { costCentre: 'mail' },
    };
    expect(buildJob({ ...training, job }, workspaceId)).toMatchObject({
      environmentId: 'azureml://registries/azureml/environments/torch-2.6/versions/3',
      computeId: `${workspaceId}/computes/cpu`,
      resources: {
        instanceType: 'Standard_NC6s_v3',
        instanceCount: 2,
        shmSize: '8g',
        properties: { a: { b: 1 } },
      },
      distribution: { distributionType: 'PyTorch', processCountPerInstance: 4 },
      identity: { identityType: 'Managed', clientId: '6f1d3c1e-6a6e-4f4f-9a51-0d5d1c6e9a10' },
      tags: { costCentre: 'mail', ratchetRun: 'spam-filter-20020902-1f2e3d4c', ratchetPhase: 'train' },
    });
  });

  it('names no compute where machines are brought for it', () => {
    const job: JobConfig = { ...config, compute: 'serverless', queue: { tier: 'spot' } };
    const built = buildJob({ ...training, job }, workspaceId);
    expect(built).not.toHaveProperty('computeId');
    expect(built).not.toHaveProperty('resources');
    expect(built.queueSettings).toEqual({ jobTier: 'Spot' });
  });

  it.each([
    [
      { type: 'mpi', processesPerInstance: 2 },
      { distributionType: 'Mpi', processCountPerInstance: 2 },
    ],
    [
      { type: 'tensorflow', parameterServers: 0 },
      { distributionType: 'TensorFlow', parameterServerCount: 0 },
    ],
  ] as const)('names its distribution %j as the service does', (distribution, sent) => {
    const job: JobConfig = { ...config, distribution };
    expect(buildJob({ ...training, job }, workspaceId).distribution).toEqual(sent);
  });

  it('is given no models, even if there are some', () => {
    const job = buildJob({ ...evaluation, phase: 'train', job: config }, workspaceId);
    expect(Object.keys(job.inputs!)).toEqual(['epochs', 'shuffle', 'data', 'manifest']);
  });

  it('states its timeout without weeks, which the service cannot read', () => {
    const timeoutOf = (timeout: string) =>
      buildJob({ ...training, job: { ...config, timeout } }, workspaceId).limits?.timeout;
    expect(timeoutOf('P1W')).toBe('P7D');
    expect(timeoutOf('PT90M')).toBe('PT1H30M');
    expect(timeoutOf('P1DT61S')).toBe('P1DT1M1S');
  });

  it('may not have a setting with the name of an input Ratchet fills', () => {
    const job = { ...config, settings: { manifest: 'mine' } };
    expect(() => buildJob({ ...training, job }, workspaceId)).toThrow(
      'settings.manifest of job spam-filter-20020902-1f2e3d4c-train has the name of an input that Ratchet sets; rename it',
    );
  });
});

describe('an evaluation job', () => {
  it('is given challenger and champion', () => {
    const job = buildJob(evaluation, workspaceId);
    expect(job.inputs).toMatchObject({
      challenger: { jobInputType: 'uri_folder', uri: 'azureml://models/new' },
      champion: { jobInputType: 'uri_folder', uri: 'azureml://models/old' },
    });
    expect(job.command).toBe('node evaluate.ts ${{inputs.challenger}} ${{inputs.champion}}');
    expect(Object.keys(job.outputs!)).toEqual(['evidence']);
  });

  it('has no input champion before the first release', () => {
    const job = buildJob({ ...evaluation, champion: null }, workspaceId);
    expect(job.inputs).not.toHaveProperty('champion');
    expect(job.command).toBe('node evaluate.ts ${{inputs.challenger}}');
  });
});
