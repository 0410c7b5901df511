import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import {
  jobOf,
  openTraining,
  pinTraining,
  readShownTraining,
  submission,
  type TrainingWorld,
} from './training-fixture.ts';

const { training, programs } = readShownTraining('docs/pipeline-training.md');
const runId = 'spam-filter-20020902-00000001';
const failing = 'spam-filter-20020902-00000002';
const pinned = pinTraining(training);
const { config } = pinned;

let world: TrainingWorld;
beforeAll(async () => {
  world = await openTraining(programs, [runId, failing]);
});

async function train(id: string): Promise<JobState> {
  await world.begin(id, pinned);
  return world.untilEnded(jobOf(id));
}

describe('training by a pipeline', () => {
  it('leaves the model where the evaluation looks for it, and says how long its machines ran', async () => {
    await world.upload(`${config.data.path}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
    const state = await train(runId);

    expect(state).toMatchObject({ jobName: jobOf(runId), status: 'Completed', succeeded: true, error: '' });
    expect(state).not.toHaveProperty('steps');
    expect(state.computeMs).toBeGreaterThan(0);
    const model = await world.textOf(`runs/${runId}/model/model.json`);
    expect(JSON.parse(model)).toEqual({ rows: 3, rounds: 3 });
    const again = await world.submit(runId, pinned);
    expect(again, 'submitted once more').toEqual(state);
    expect(await world.logOf(runId, '&step=prepare')).toMatchObject({
      ...{ step: 'prepare', job: jobOf(runId), text: 'prepared 3 rows\n', ended: true },
      steps: [
        { step: 'prepare', status: 'FINISHED' },
        { step: 'fit', status: 'FINISHED' },
      ],
    });
    expect(await world.logOf(runId)).toMatchObject({ step: 'fit', ended: true });
    expect(await world.logOf(runId, '&step=nobody')).toMatchObject({
      ...{ status: 404, detail: expect.stringContaining('steps that have begun: prepare, fit') },
    });
  });

  it('fails with the step that does, by name, with its words and its log', async () => {
    await world.upload(`${config.data.path}2002-08-19.jsonl`, '{"id":1}\n');
    const state = await train(failing);

    expect(state).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(state.error).toContain(
      `step prepare failed, see \`ratchet logs ${failing} --phase train --step prepare\`. `,
    );
    expect(state.error).toContain('1 rows are too few to train on');
    const log = await world.logOf(failing);
    expect(log).toMatchObject({
      step: 'prepare',
      steps: [{ step: 'prepare', status: 'FAILED' }],
      ended: true,
    });
    expect(log['text']).toContain('1 rows are too few to train on');
  });

  it('has the kind of the failure of its step, for another attempt', async () => {
    const third = 'spam-filter-20020902-00000003';
    await world.upload(`${config.data.path}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n');
    world.services.azureMl.setJobFaults({ faults: [{ job: `${jobOf(third)}/fit`, kind: 'preempted' }] });
    const state = await train(third);
    expect(state).toMatchObject({ status: 'Failed', kind: 'preempted' });
    expect(state.error).toContain('step fit failed');
    const second = await world.step('submit-job', { ...submission(third, pinned), attempt: 2 });
    expect((await world.untilEnded(second.jobName)).status).toBe('Completed');
  });

  it.each([
    ['command', { command: 'node other.mjs ${{outputs.model}}' }],
    ['code', { code: `azureml:${localCloud.workspaceId}/codes/churn/versions/2` }],
  ])(
    'is refused where somebody else has registered another %s under the version of a step',
    async (what, other) => {
      const { ml } = world.services;
      const at = [localCloud.resourceGroup, localCloud.workspace] as const;
      await ml.codeVersions.createOrUpdate(...at, 'churn', '2', {
        properties: { codeUri: `${world.services.container.url}/code/churn/` },
      });
      const { buildPipeline } = await import('../../../shared/azure/build-pipeline.ts');
      if (config.training.kind !== 'pipeline') throw new Error('the page shows no pipeline');
      const steps = {
        [what]: { ...config.training.steps['prepare']!, command: 'node prepare.mjs ${{outputs.model}}' },
      };
      const job = { ...config.training, steps };
      const request = { ...submission(`spam-filter-20020902-0000000${what.length}`, pinned), job };
      const { name, version, componentSpec } = buildPipeline(request, localCloud.workspaceId).components[
        what
      ]!;
      await ml.componentVersions.createOrUpdate(...at, name, version, {
        properties: { componentSpec: { ...componentSpec, ...other } },
      });
      expect(await world.step('submit-job', request)).toMatchObject({
        status: 'Refused',
        error: expect.stringContaining(`runs another ${what} than that of the model file`),
      });
    },
  );
});
