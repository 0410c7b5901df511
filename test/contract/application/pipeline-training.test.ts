import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { run } from '../../fixtures/ledger.ts';
import { serveFunctions } from './handlers.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep, untilEnded } from './run-steps.ts';

/** What docs/pipeline-training.md shows: the training, and the programs of its steps. */
const page = readFileSync('docs/pipeline-training.md', 'utf8');
const [, training] = /```yaml\n(training:[\s\S]*?)```/.exec(page)!;
const programs = [...page.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(
  ([, name, text]) => [name!, text!] as const,
);

const runId = 'spam-filter-20020902-00000001';
const failing = 'spam-filter-20020902-00000002';
const jobOf = (id: string) => `${id}-train`;

function modelFile(): PinnedModel {
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  const parsed = parseModelFile(
    'spam-filter.yaml',
    sample.replace(/^training:[\s\S]*?\n\n/m, `${training}\n`),
  );
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
}
const pinned = modelFile();
const { config } = pinned;

let services: LocalServices;
let step: RunStep;
let url: string;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  const { ml, container } = services;
  const at = [localCloud.resourceGroup, localCloud.workspace] as const;
  for (const [name, text] of programs) await upload(`code/churn/${name}`, text);
  await ml.codeVersions.createOrUpdate(...at, 'churn', '1', {
    properties: { codeUri: `${container.url}/code/churn/` },
  });
  await ml.environmentVersions.createOrUpdate(...at, 'node', '24', { properties: { image: 'node:24' } });
  step = await loadSteps(services.settings);
  url = await serveFunctions(
    () => import('../../../functions/get-run-log.ts'),
    Object.fromEntries([runId, failing].map((id) => [`runs/${id}/log`, ['get-run-log', { id }] as const])),
  );
});

async function upload(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await services.container.getBlockBlobClient(path).upload(bytes, bytes.length);
}

const submission = (id: string) => ({
  ...{ runId: id, model: config.model, phase: 'train' as const, dataPath: config.data.path },
  ...{ job: config.training, challenger: null, champion: null },
});

async function train(id: string): Promise<JobState> {
  await step('pin-data', { runId: id, pinned });
  await step('record-run', run({ runId: id, phase: 'train', outcome: null }));
  await step('submit-job', submission(id));
  return untilEnded(step, jobOf(id));
}

async function logOf(id: string, query = ''): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/api/runs/${id}/log?phase=train${query}`);
  return (await answer.json()) as Record<string, unknown>;
}

describe('training by a pipeline', () => {
  it('leaves the model where the evaluation looks for it, and says how long its machines ran', async () => {
    await upload(`${config.data.path}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
    const state = await train(runId);

    expect(state).toMatchObject({ jobName: jobOf(runId), status: 'Completed', succeeded: true, error: '' });
    expect(state).not.toHaveProperty('steps');
    expect(state.computeMs).toBeGreaterThan(0);
    const model = await services.container.getBlobClient(`runs/${runId}/model/model.json`).downloadToBuffer();
    expect(JSON.parse(model.toString())).toEqual({ rows: 3, rounds: 3 });
    const again = await step('submit-job', submission(runId));
    expect(again, 'submitted once more').toEqual(state);
    expect(await logOf(runId, '&step=prepare')).toMatchObject({
      ...{ step: 'prepare', job: jobOf(runId), text: 'prepared 3 rows\n', ended: true },
      steps: [
        { step: 'prepare', status: 'FINISHED' },
        { step: 'fit', status: 'FINISHED' },
      ],
    });
    expect(await logOf(runId)).toMatchObject({ step: 'fit', ended: true });
    expect(await logOf(runId, '&step=nobody')).toMatchObject({
      ...{ status: 404, detail: expect.stringContaining('steps that have begun: prepare, fit') },
    });
  });

  it('fails with the step that does, by name, with its words and its log', async () => {
    await upload(`${config.data.path}2002-08-19.jsonl`, '{"id":1}\n');
    const state = await train(failing);

    expect(state).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(state.error).toContain(
      `step prepare failed, see \`ratchet logs ${failing} --phase train --step prepare\`. `,
    );
    expect(state.error).toContain('1 rows are too few to train on');
    const log = await logOf(failing);
    expect(log).toMatchObject({
      step: 'prepare',
      steps: [{ step: 'prepare', status: 'FAILED' }],
      ended: true,
    });
    expect(log['text']).toContain('1 rows are too few to train on');
  });

  it('has the kind of the failure of its step, for another attempt', async () => {
    const third = 'spam-filter-20020902-00000003';
    await upload(`${config.data.path}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n');
    services.azureMl.setJobFaults({ faults: [{ job: `${jobOf(third)}/fit`, kind: 'preempted' }] });
    const state = await train(third);
    expect(state).toMatchObject({ status: 'Failed', kind: 'preempted' });
    expect(state.error).toContain('step fit failed');
    const second = await step('submit-job', { ...submission(third), attempt: 2 });
    expect((await untilEnded(step, second.jobName)).status).toBe('Completed');
  });

  it.each([
    ['command', { command: 'node other.mjs ${{outputs.model}}' }],
    ['code', { code: `azureml:${localCloud.workspaceId}/codes/churn/versions/2` }],
  ])(
    'is refused where somebody else has registered another %s under the version of a step',
    async (what, other) => {
      const { ml } = services;
      const at = [localCloud.resourceGroup, localCloud.workspace] as const;
      await ml.codeVersions.createOrUpdate(...at, 'churn', '2', {
        properties: { codeUri: `${services.container.url}/code/churn/` },
      });
      const { buildPipeline } = await import('../../../shared/azure/build-pipeline.ts');
      if (config.training.kind !== 'pipeline') throw new Error('the page shows no pipeline');
      const steps = {
        [what]: { ...config.training.steps['prepare']!, command: 'node prepare.mjs ${{outputs.model}}' },
      };
      const job = { ...config.training, steps };
      const request = { ...submission(`spam-filter-20020902-0000000${what.length}`), job };
      const { name, version, componentSpec } = buildPipeline(request, localCloud.workspaceId).components[
        what
      ]!;
      await ml.componentVersions.createOrUpdate(...at, name, version, {
        properties: { componentSpec: { ...componentSpec, ...other } },
      });
      expect(await step('submit-job', request)).toMatchObject({
        status: 'Refused',
        error: expect.stringContaining(`runs another ${what} than that of the model file`),
      });
    },
  );
});
