import { describe, expect, it } from 'vitest';
import { buildPipeline } from '../../../shared/azure/build-pipeline.ts';
import { buildPublished } from '../../../shared/azure/build-published.ts';
import { readInterface } from '../../../shared/azure/component-interface.ts';
import { describeMisfits, findComponents } from '../../../shared/azure/find-components.ts';
import { metricsOfSteps } from '../../../shared/azure/step-runs.ts';
import type { TrackedRun } from '../../../shared/azure/tracked-run.ts';
import type { PipelineConfig, PublishedConfig } from '../../../shared/config/pipeline-schema.ts';

const workspaceId =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw';
const inStore =
  'azureml://subscriptions/s/resourcegroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths';
const literal = (value: string) => ({ job_input_type: 'literal', value });

const step = { environmentVariables: {}, timeout: 'PT1H' };
const command = { ...step, code: 'azureml:a:1', environment: 'azureml:node:24' };
const elsewhere = 'azureml://registries/shared/components/judge/versions/3';
const version = (number: string) => ({
  ...{ name: 'spam', version: number },
  modelUri: `azureml://datastores/workspaceblobstore/paths/models/${number}/`,
});

const evaluation: PipelineConfig = {
  kind: 'pipeline',
  compute: 'cpu',
  settings: { rows: 100 },
  steps: {
    score: {
      ...command,
      command: 'node score.mjs ${{inputs.challenger}} $[[${{inputs.champion}}]] ${{outputs.scores}}',
    },
    judge: {
      ...{ ...step, kind: 'component', component: elsewhere, outputs: { evidence: 'report' } },
      inputs: {
        ...{ scores: '${{steps.score.outputs.scores}}', old: '${{inputs.champion}}' },
        ...{ rows: '${{inputs.rows}}', strict: true },
      },
    },
  },
};
const request = {
  ...{ runId: 'spam-1', model: 'spam', phase: 'evaluate' as const, dataPath: 'mail/' },
  challenger: version('2'),
};

describe('an evaluation by a pipeline, as it is sent', () => {
  const built = buildPipeline({ ...request, job: evaluation, champion: version('1') }, workspaceId);
  const first = buildPipeline({ ...request, job: evaluation, champion: null }, workspaceId);

  it('has the inputs of an evaluation, and the evidence as its output', () => {
    expect(Object.keys(built.job.inputs!)).toEqual(['rows', 'data', 'manifest', 'challenger', 'champion']);
    expect(built.job.outputs).toMatchObject({
      evidence: { jobOutputType: 'uri_folder', uri: `${inStore}/runs/spam-1/evidence/` },
    });
    expect(Object.keys(built.components), 'what is published is not registered again').toEqual(['score']);
  });

  it('names a component of a registry as it stands, bound by its own names', () => {
    expect(built.job.jobs?.['judge']).toMatchObject({
      ...{ type: 'command', componentId: elsewhere },
      computeId: `${workspaceId}/computes/cpu`,
      inputs: {
        scores: literal('${{parent.jobs.score.outputs.scores}}'),
        old: literal('${{parent.inputs.champion}}'),
        rows: literal('${{parent.inputs.rows}}'),
        strict: literal('true'),
      },
      outputs: { report: { type: 'literal', value: '${{parent.outputs.evidence}}' } },
      limits: { job_limits_type: 'Command', timeout: 'PT1H' },
      resources: { instance_count: 1 },
    });
  });

  it('leaves the champion out before there is one, in commands and in bindings', () => {
    expect(Object.keys(first.job.inputs!)).not.toContain('champion');
    expect(first.components['score']!.componentSpec).toMatchObject({
      command: 'node score.mjs ${{inputs.challenger}} ${{outputs.scores}}',
      inputs: { challenger: { type: 'uri_folder' } },
    });
    const { score, judge } = first.job.jobs as Record<string, { inputs: object }>;
    expect(Object.keys(score!.inputs)).toEqual(['challenger']);
    expect(Object.keys(judge!.inputs)).toEqual(['scores', 'rows', 'strict']);
  });
});

const whole = {
  type: 'pipeline',
  inputs: {
    ...{ list: { type: 'uri_file' }, old: { type: 'uri_folder', optional: true } },
    rounds: { type: 'Integer', default: '1' },
  },
  outputs: { trained_model: { type: 'mlflow_model' } },
};
const published: PublishedConfig = {
  ...{ kind: 'pipeline-component', component: 'azureml:all:2', compute: 'cpu', machines: 3 },
  ...{ timeout: 'PT3H', outputs: { model: 'trained_model' } },
  inputs: { list: '${{inputs.manifest}}', rounds: 4 },
};

describe('a published pipeline, as it is sent', () => {
  it('is a job of its component, with the names and types of that, and no steps', () => {
    const sent = buildPublished(
      { ...request, phase: 'train', job: published, challenger: null, champion: null },
      workspaceId,
      readInterface(whole),
    );
    expect(sent).toEqual({
      jobType: 'Pipeline',
      ...{ displayName: 'spam-1-train', experimentName: 'spam' },
      componentId: `${workspaceId}/components/all/versions/2`,
      inputs: {
        list: {
          jobInputType: 'uri_file',
          uri: `${inStore}/runs/spam-1/manifest.json`,
          mode: 'ReadOnlyMount',
        },
        rounds: { jobInputType: 'literal', value: '4' },
      },
      outputs: {
        trained_model: {
          ...{ jobOutputType: 'mlflow_model', mode: 'ReadWriteMount' },
          uri: `${inStore}/runs/spam-1/model/`,
        },
      },
      settings: {
        default_compute: `${workspaceId}/computes/cpu`,
        ...{ continue_on_step_failure: false, force_rerun: true },
      },
      tags: { ratchetRun: 'spam-1', ratchetPhase: 'train' },
    });
  });
});

describe('what a component declares', () => {
  const ask = async (job: PipelineConfig | PublishedConfig, spec: object, hasChampion = true) =>
    (await findComponents(job, { find: async () => readInterface(spec) }, { hasChampion })).misfits;
  const judging = (inputs: PublishedConfig['inputs']): PublishedConfig => ({
    ...published,
    inputs,
    outputs: { evidence: 'trained_model' },
  });

  it('is read whatever lies there, and early names of types count as those of today', () => {
    expect(readInterface(null)).toMatchObject({ type: 'unknown', inputs: {}, outputs: {}, machines: 1 });
    expect(readInterface(whole).inputs['rounds']).toMatchObject({ type: 'integer', default: '1' });
  });

  it('lets a required champion only where there is one', async () => {
    const spec = { ...whole, inputs: { old: { type: 'uri_folder' } } };
    const job = judging({ old: '${{inputs.champion}}' });
    expect(await ask(job, spec)).toEqual([]);
    expect(await ask(job, spec, false)).toEqual([
      expect.stringContaining('before the first release there is none'),
    ]);
    expect(
      await ask(judging({ old: '${{inputs.champion}}', list: '${{inputs.manifest}}' }), whole, false),
    ).toEqual([]);
  });

  it('counts its machines, which are refused where the model file does not', async () => {
    const fit = { ...step, kind: 'component' as const, component: 'azureml:fit:1', inputs: {} };
    const job = { ...evaluation, steps: { fit: { ...fit, outputs: { evidence: 'out' } } } };
    const spec = {
      type: 'command',
      outputs: { out: { type: 'uri_folder' } },
      resources: { instance_count: 4 },
    };
    expect(await ask(job, spec)).toEqual([
      'step fit: component azureml:fit:1 takes 4 machines, which would count in no hours; give resources.instanceCount: 4',
    ]);
  });

  it('is told within bounds, however much somebody has published', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`input_${at}_${'x'.repeat(400)}`, { type: 'string' }]),
    );
    const misfits = await ask(judging({}), { ...whole, inputs: many });
    expect(misfits).toHaveLength(40);
    const told = describeMisfits(misfits);
    expect(told).toMatch(/; and 35 more$/);
    expect(told.length).toBeLessThan(1_600);
  });

  it('is said of a command that reads an output of it which there is not', async () => {
    const prepare = { ...step, kind: 'component' as const, component: 'azureml:prepare:1', inputs: {} };
    const write = { ...command, command: 'node w.mjs ${{steps.prepare.outputs.rows}} ${{outputs.evidence}}' };
    const misfits = await ask(
      { ...evaluation, steps: { prepare, write } },
      { type: 'command', outputs: { data: {} } },
    );
    expect(misfits).toEqual([
      'step write: reads output rows of step prepare, whose component has no such output; it has data',
    ]);
  });
});

describe('metrics of the steps of a pipeline', () => {
  it('are those of all, but for what two of them give different values', async () => {
    const run = (runId: string, metrics: Record<string, number>) =>
      ({ runId, experimentId: '1', metrics, tags: {}, startedAt: null }) as unknown as TrackedRun;
    const tracking = {
      findRun: async () => run('job', { size: 1 }),
      searchRuns: async () => [run('a', { size: 1, f1: 0.5, loss: 2 }), run('b', { f1: 0.6, area: 3 })],
    };
    expect(await metricsOfSteps(tracking, 'job')).toEqual({ size: 1, loss: 2, area: 3 });
  });
});
