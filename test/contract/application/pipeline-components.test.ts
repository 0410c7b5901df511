import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import type { ModelConfig, PinnedModel } from '../../../shared/config/schema.ts';
import { run } from '../../fixtures/ledger.ts';
import {
  jobOf,
  openTraining,
  pinTraining,
  readShownTraining,
  type TrainingWorld,
} from './training-fixture.ts';

/** What docs/pipeline-training.md shows: the jobs, the component, and the programs. */
const { page, programs } = readShownTraining('docs/pipeline-training.md');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
const [, ofComponents, published] = blocks.filter((text) => text.startsWith('training:'));
const evaluation = blocks.find((text) => text.startsWith('evaluation:'))!;
const fitSpec = parse(blocks.find((text) => text.includes('name: churn_fit'))!) as Record<string, unknown>;

const idOf = (kind: string, name: string, version: string) =>
  `${localCloud.workspaceId}/${kind}/${name}/versions/${version}`;
const at = [localCloud.resourceGroup, localCloud.workspace] as const;
const runOf = (number: number) => `spam-filter-20020902-${String(number).padStart(8, '0')}`;

let world: TrainingWorld;
beforeAll(async () => {
  world = await openTraining(programs, [1, 2, 3, 4, 5, 6].map(runOf));
  await publish({ ...fitSpec, version: '3' });
  await publish({
    ...{ name: 'churn_prepare', version: '1', type: 'command' },
    inputs: { data: { type: 'uri_folder' }, list: { type: 'uri_file' } },
    outputs: { rows: { type: 'uri_folder' } },
    command: 'node prepare.mjs ${{inputs.data}} ${{inputs.list}} ${{outputs.rows}}',
    ...{ code: 'azureml:churn:1', environment: 'azureml:node:24' },
  });
  await publish({
    ...{ name: 'churn_training', version: '2', type: 'pipeline' },
    inputs: {
      ...{ data: { type: 'uri_folder' }, list: { type: 'uri_file' } },
      rounds: { type: 'integer', default: '1' },
    },
    outputs: { trained_model: { type: 'uri_folder' } },
    jobs: {
      prepare: node('churn_prepare', '1', {
        data: '${{parent.inputs.data}}',
        list: '${{parent.inputs.list}}',
      }),
      fit: {
        ...node('churn_fit', '3', {
          rows: '${{parent.jobs.prepare.outputs.rows}}',
          rounds: '${{parent.inputs.rounds}}',
        }),
        display_name: 'Fit the model',
        outputs: { trained_model: { type: 'literal', value: '${{parent.outputs.trained_model}}' } },
      },
    },
  });
});

function node(component: string, version: string, inputs: Readonly<Record<string, string>>) {
  return {
    type: 'command',
    componentId: idOf('components', component, version),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, { job_input_type: 'literal', value }]),
    ),
  };
}

/** As the clients publish it: names of assets are ids, and values of literals texts. */
async function publish(spec: Record<string, unknown>): Promise<void> {
  const { name, version, code, environment, inputs } = spec as Record<string, string>;
  const asset = (kind: string, named: string) => {
    const [, of = '', its = ''] = named.split(':');
    return `azureml:${idOf(kind, of, its)}`;
  };
  const texts = Object.entries((inputs ?? {}) as unknown as Record<string, Record<string, unknown>>).map(
    ([input, fields]) => [
      input,
      Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [
          field,
          typeof value === 'number' ? String(value) : value,
        ]),
      ),
    ],
  );
  const componentSpec = {
    ...spec,
    inputs: Object.fromEntries(texts),
    ...(code !== undefined && { code: asset('codes', code) }),
    ...(environment !== undefined && { environment: asset('environments', environment) }),
  };
  await world.services.ml.componentVersions.createOrUpdate(...at, name!, version!, {
    properties: { componentSpec },
  });
}

async function train(id: string, pinned: PinnedModel): Promise<JobState> {
  await world.upload(`${pinned.config.data.path}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
  await world.begin(id, pinned);
  return world.untilEnded(jobOf(id));
}

const jsonAt = async (path: string): Promise<unknown> => JSON.parse(await world.textOf(path));

describe('a pipeline of published components', () => {
  const pinned = pinTraining(ofComponents!);

  it('trains: each has what it is bound to, and the model lies where the evaluation looks for it', async () => {
    const id = runOf(1);
    const state = await train(id, pinned);
    expect(state).toMatchObject({ status: 'Completed', succeeded: true, error: '' });
    expect(state.computeMs).toBeGreaterThan(0);
    expect(await jsonAt(`runs/${id}/model/model.json`)).toEqual({ rows: 3, rounds: 3 });
    expect(await world.logOf(id, '&step=prepare')).toMatchObject({ text: 'prepared 3 rows\n' });
  });

  type Change = (training: Extract<ModelConfig['training'], { kind: 'pipeline' }>) => object;
  const withFit =
    (fields: object): Change =>
    (training) => ({
      ...training,
      steps: { ...training.steps, fit: { ...training.steps['fit']!, ...fields } },
    });
  const read = '${{steps.prepare.outputs.rows}}';
  it.each<[string, Change, string]>([
    [
      'an input that it requires',
      withFit({ inputs: {} }),
      'step fit: component azureml:churn_fit:3 requires input rows (uri_folder), which inputs does not give; add it',
    ],
    [
      'no input that it is given',
      withFit({ inputs: { rows: read, round: 3 } }),
      'step fit: component azureml:churn_fit:3 has no input round; did you mean "rounds"?; it has rows, rounds',
    ],
    [
      'another type',
      withFit({ inputs: { rows: '${{inputs.manifest}}' } }),
      'takes uri_folder, and ${{inputs.manifest}} is uri_file',
    ],
    ['another value', withFit({ inputs: { rows: read, rounds: 1.5 } }), 'takes a whole number, and is 1.5'],
    [
      'a value that is too small',
      withFit({ inputs: { rows: read, rounds: 0 } }),
      'takes at least 1, and is 0',
    ],
    [
      'another output',
      withFit({ outputs: { model: 'trained_mode' } }),
      'has no output trained_mode, which is to be the model; did you mean "trained_model"?; it has trained_model',
    ],
    [
      'an output that nobody writes',
      withFit({ inputs: { rows: '${{steps.prepare.outputs.row}}' } }),
      'is bound to output row of step prepare, which writes no such output',
    ],
    [
      'a version that is not there',
      withFit({ component: 'azureml:churn_fit:4' }),
      'step fit: component azureml:churn_fit:4 is not in the workspace; publish it',
    ],
    [
      'another type of component',
      withFit({ component: 'azureml:churn_training:2' }),
      'is of type pipeline, and command is needed; a published pipeline is the whole job, of kind: pipeline-component',
    ],
  ])('is refused before an hour is spent where a component has %s', async (_, change, why) => {
    const training = pinned.config.training as Parameters<Change>[0];
    const refused = await world.submit(runOf(9), pinned, change(training));
    expect(refused).toMatchObject({
      ...{ status: 'Refused', succeeded: false, computeMs: 0 },
      error: expect.stringContaining(why),
    });
    const jobs = world.services.ml.jobs.get(...at, `${runOf(9)}-train`);
    await expect(jobs, 'nothing was submitted').rejects.toMatchObject({ statusCode: 404 });
  });

  it('is refused by the local workspace where a component is of a registry, for there is none', async () => {
    const training = pinned.config.training as Parameters<Change>[0];
    const component = 'azureml://registries/shared/components/churn_fit/versions/3';
    const refused = await world.submit(runOf(9), pinned, withFit({ component })(training));
    expect(refused).toMatchObject({ error: expect.stringContaining('there are no registries here') });
  });
});

describe('the doctor', () => {
  const look = async (config: ModelConfig) => {
    const [{ wiring }, { componentProbes }, { probe }] = await Promise.all([
      import('../../../shared/wiring.ts'),
      import('../../../shared/doctor/component-probes.ts'),
      import('../../../shared/doctor/probe.ts'),
    ]);
    return Promise.all(componentProbes(wiring, config).map(probe));
  };
  const { config } = pinTraining(ofComponents!);

  it('finds that published components are there and fit, and is not asked where there are none', async () => {
    expect(await look(config)).toMatchObject([
      {
        ...{ check: 'components of spam-filter, training', state: 'ok' },
        saw: '2 components of the workspace declare what the model file binds',
      },
    ]);
    expect(await look({ ...config, training: config.evaluation } as ModelConfig)).toEqual([]);
  });

  it('says of each what does not fit, without a run', async () => {
    const { training } = pinTraining(published!).config;
    const broken = { ...training, inputs: { data: '${{inputs.manifest}}', list: '${{inputs.manifest}}' } };
    expect(await look({ ...config, training: broken } as ModelConfig)).toMatchObject([
      {
        state: 'problem',
        saw: 'input data of component azureml:churn_training:2 takes uri_folder, and ${{inputs.manifest}} is uri_file',
      },
    ]);
  });
});

describe('a published pipeline', () => {
  it('trains as the whole job, and its steps are found by their display names', async () => {
    const id = runOf(2);
    const state = await train(id, pinTraining(published!));
    expect(state).toMatchObject({ status: 'Completed', succeeded: true });
    expect(state.computeMs).toBeGreaterThan(0);
    expect(await jsonAt(`runs/${id}/model/model.json`)).toEqual({ rows: 3, rounds: 3 });
    const { properties } = await world.services.ml.jobs.get(...at, `${id}-train`);
    expect(properties.componentId).toBe(idOf('components', 'churn_training', '2'));
    expect(await world.logOf(id, `&step=${encodeURIComponent('Fit the model')}`)).toMatchObject({
      step: 'Fit the model',
      ended: true,
    });
  });

  it('fails with its step, by the name that people gave it', async () => {
    const id = runOf(3);
    world.services.azureMl.setJobFaults({ faults: [{ job: `${id}-train/fit`, kind: 'preempted' }] });
    const state = await train(id, pinTraining(published!));
    expect(state).toMatchObject({ status: 'Failed', kind: 'preempted' });
    expect(state.error).toContain(
      `step 'Fit the model' failed, see \`ratchet logs ${id} --phase train --step 'Fit the model'\``,
    );
  });

  it('is refused where it lacks what it requires', async () => {
    const pinned = pinTraining(published!);
    const { inputs: _, ...rest } = pinned.config.training as Record<string, unknown>;
    const refused = await world.submit(runOf(9), pinned, { ...rest, inputs: { rounds: 2 } });
    expect(refused).toMatchObject({
      status: 'Refused',
      error: expect.stringContaining('requires input data (uri_folder), which inputs does not give'),
    });
    expect(refused.error).toContain('requires input list (uri_file)');
  });
});

describe('an evaluation that is a pipeline', () => {
  const pinned = pinTraining(ofComponents!, (text) =>
    text.replace(/^evaluation:[\s\S]*?\n\n/m, `${evaluation}\n`),
  );
  const { config } = pinned;
  const model = (version: string, folder: string) => ({
    ...{ name: config.model, version },
    modelUri: `azureml://datastores/${localCloud.datastore}/paths/${folder}`,
  });

  it('leaves its evidence where the gates look for it, with a champion and without', async () => {
    await train(runOf(4), pinned);
    const challenger = model('2', `runs/${runOf(4)}/model/`);
    for (const [id, champion] of [
      [runOf(5), null],
      [runOf(6), challenger],
    ] as const) {
      await world.step('pin-data', { runId: id, pinned });
      await world.step('record-run', run({ runId: id, phase: 'evaluate', outcome: null }));
      await world.step('submit-job', {
        ...{ runId: id, model: config.model, phase: 'evaluate', dataPath: config.data.path },
        ...{ job: config.evaluation, challenger, champion },
      });
      const state = await world.untilEnded(`${id}-evaluate`);
      expect(state).toMatchObject({ status: 'Completed', error: '' });
      expect(state.computeMs).toBeGreaterThan(0);
      expect(await world.textOf(`runs/${id}/evidence/predictions.csv`)).toBe(
        `id,label,challenger,champion\n1,1,0.03,${champion === null ? '' : '0.03'}\n`,
      );
      expect(await world.logOf(id, '&step=score', 'evaluate')).toMatchObject({
        ...{ step: 'score', phase: 'evaluate' },
        text: expect.stringMatching(/^scored \d+ files\n$/),
      });
    }
  });

  it('scores the labelled rows of a probation, too', async () => {
    const trialId = 'spam-filter-20020902-00000004-release-trial-1';
    const { files, ignore } = config.data;
    const begun = await world.step('begin-trial', {
      ...{ trialId, stage: 'probation', since: '2000-01-01T00:00:00.000Z' },
      data: { path: config.data.path, files, ignore },
      ...{ job: config.evaluation, challenger: model('2', `runs/${runOf(4)}/model/`), champion: null },
    });
    expect(begun).toEqual({ state: 'running', why: '' });
    expect(await world.untilEnded(`${trialId}-evaluate`)).toMatchObject({ status: 'Completed' });
    const path = `runs/${trialId}/evidence/predictions.csv`;
    expect(await world.services.container.getBlobClient(path).exists()).toBe(true);
  });
});
