import { describe, expect, it } from 'vitest';
import { sharedTimeout, withTimeout } from '../../../shared/admission/attempt-timeout.ts';
import { buildPipeline } from '../../../shared/azure/build-pipeline.ts';
import { machineMs, type StepRun } from '../../../shared/azure/step-runs.ts';
import { estimateHours } from '../../../shared/config/estimate.ts';
import type { PipelineConfig } from '../../../shared/config/pipeline-schema.ts';

const workspaceId =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw';
const inStore =
  'azureml://subscriptions/s/resourcegroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths';

const step = {
  code: 'azureml:spam:1',
  environment: 'azureml://registries/azureml/environments/node/versions/3',
  timeout: 'PT1H',
  environmentVariables: {},
};
const pipeline: PipelineConfig = {
  kind: 'pipeline',
  compute: 'cpu',
  settings: { epochs: 6 },
  steps: {
    prepare: { ...step, command: 'node prepare.ts ${{inputs.data}} ${{outputs.rows}}', timeout: 'PT30M' },
    fit: {
      ...step,
      command: 'node fit.ts ${{steps.prepare.outputs.rows}} ${{inputs.epochs}} ${{outputs.model}}',
      compute: 'gpu',
      resources: { instanceCount: 2, shmSize: '8g' },
      distribution: { type: 'pytorch', processesPerInstance: 4 },
      environmentVariables: { LOG: 'info' },
    },
  },
};
const request = {
  runId: 'spam-20020902-1f2e3d4c',
  model: 'spam',
  phase: 'train' as const,
  dataPath: 'mail/',
  job: pipeline,
  challenger: null,
  champion: null,
};

describe('a training pipeline', () => {
  const { components, job } = buildPipeline(request, workspaceId);

  it('has steps that are components, bound to inputs and outputs as the service takes it', () => {
    const idOf = (name: string) =>
      `${workspaceId}/components/ratchet-spam-${name}/versions/${components[name]!.version}`;
    const literal = (value: string) => ({ job_input_type: 'literal', value });
    expect(job).toEqual({
      jobType: 'Pipeline',
      displayName: 'spam-20020902-1f2e3d4c-train',
      experimentName: 'spam',
      inputs: {
        data: { jobInputType: 'uri_folder', uri: `${inStore}/mail/`, mode: 'ReadOnlyMount' },
        manifest: {
          jobInputType: 'uri_file',
          uri: `${inStore}/runs/spam-20020902-1f2e3d4c/manifest.json`,
          mode: 'ReadOnlyMount',
        },
        epochs: { jobInputType: 'literal', value: '6' },
      },
      outputs: {
        model: {
          jobOutputType: 'uri_folder',
          uri: `${inStore}/runs/spam-20020902-1f2e3d4c/model/`,
          mode: 'ReadWriteMount',
        },
      },
      jobs: {
        prepare: {
          ...{ type: 'command', name: 'prepare', display_name: 'prepare', componentId: idOf('prepare') },
          computeId: `${workspaceId}/computes/cpu`,
          inputs: { data: literal('${{parent.inputs.data}}') },
          outputs: { rows: { job_output_type: 'uri_folder', mode: 'ReadWriteMount' } },
          limits: { job_limits_type: 'Command', timeout: 'PT30M' },
          environment_variables: {},
          tags: { ratchetStep: 'prepare' },
        },
        fit: {
          ...{ type: 'command', name: 'fit', display_name: 'fit', componentId: idOf('fit') },
          computeId: `${workspaceId}/computes/gpu`,
          inputs: {
            epochs: literal('${{parent.inputs.epochs}}'),
            Of_prepare__rows: literal('${{parent.jobs.prepare.outputs.rows}}'),
          },
          outputs: { model: { type: 'literal', value: '${{parent.outputs.model}}' } },
          limits: { job_limits_type: 'Command', timeout: 'PT1H' },
          resources: { instance_count: 2, shm_size: '8g' },
          distribution: { distribution_type: 'PyTorch', process_count_per_instance: 4 },
          environment_variables: { LOG: 'info' },
          tags: { ratchetStep: 'fit' },
        },
      },
      settings: { continue_on_step_failure: false, force_rerun: true },
      tags: { ratchetRun: 'spam-20020902-1f2e3d4c', ratchetPhase: 'train' },
    });
  });

  it('has components that say what runs, under the hash of it', () => {
    expect(components['fit']!.componentSpec).toMatchObject({
      name: 'ratchet-spam-fit',
      type: 'command',
      command: 'node fit.ts ${{inputs.Of_prepare__rows}} ${{inputs.epochs}} ${{outputs.model}}',
      code: `azureml:${workspaceId}/codes/spam/versions/1`,
      environment: step.environment,
      inputs: { epochs: { type: 'string' }, Of_prepare__rows: { type: 'uri_folder' } },
      outputs: { model: { type: 'uri_folder' } },
    });
    const { prepare, fit } = pipeline.steps;
    const changed = { ...pipeline, steps: { prepare: prepare!, fit: { ...fit!, code: 'azureml:spam:2' } } };
    const after = buildPipeline({ ...request, runId: 'spam-20020903-00000000', job: changed }, workspaceId);
    expect(after.components['prepare']).toEqual(components['prepare']);
    expect(after.components['fit']!.version).not.toBe(components['fit']!.version);
    expect(after.components['fit']!.version).toMatch(/^[0-9a-f]{32}$/);
  });

  it('leaves the machines to the service where it is serverless', () => {
    const { job: serverless } = buildPipeline(
      { ...request, job: { ...pipeline, compute: 'serverless', identity: { type: 'managed' } } },
      workspaceId,
    );
    expect(serverless.settings).toMatchObject({ default_compute: 'serverless' });
    expect(serverless.jobs?.['prepare']).not.toHaveProperty('computeId');
    expect(serverless.jobs?.['fit']).toMatchObject({ computeId: `${workspaceId}/computes/gpu` });
    expect(serverless.identity).toEqual({ identityType: 'Managed' });
  });

  it('may take the hours of all steps, each times its machines, in all attempts together', () => {
    const evaluation = { timeout: 'PT30M' };
    expect(estimateHours({ training: pipeline, evaluation }, 'retrain')).toBe(0.5 + 2 + 0.5);
    expect(sharedTimeout(pipeline)).toBe('PT9000S');
    const half = withTimeout(pipeline, 'PT4500S');
    expect(Object.values(half.steps).map(({ timeout }) => timeout)).toEqual(['PT900S', 'PT1800S']);
    expect(estimateHours({ training: half, evaluation }, 'retrain')).toBe(1.25 + 0.5);
    expect(withTimeout(pipeline, 'PT9000S')).toEqual(pipeline);
  });

  it('has taken what the machines of its steps took, and it is not known what where one does not say', () => {
    const at = (minute: number) => new Date(minute * 60_000).toISOString();
    const run = (name: string, from: number, to: number | null): StepRun => ({
      ...{ runId: name, step: name, status: 'FINISHED' },
      ...{ startedAt: at(from + 1), endedAt: to === null ? null : at(to + 1) },
    });
    const machines = { prepare: 1, fit: 2 };
    expect(machineMs([run('prepare', 0, 10), run('fit', 10, 30)], machines)).toBe(50 * 60_000);
    const neverBegun = { ...run('fit', 0, 10), startedAt: null };
    expect(machineMs([run('prepare', 0, 10), neverBegun], machines)).toBe(10 * 60_000);
    expect(machineMs([run('prepare', 0, null)], machines)).toBeUndefined();
    expect(machineMs([run('another', 0, 10)], machines)).toBeUndefined();
    expect(machineMs([], machines)).toBeUndefined();
  });
});
