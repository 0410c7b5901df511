import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { untilSeen } from '../../until.ts';
import { idOf, nodeId, openWorkspace, type Workspace } from './workspace-fixture.ts';
import { putAt, runsBelow, type TrackedRun } from './workspace-requests.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.addCode('steps', {
    'append.js': `
      const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
      const [, , source, word, target] = process.argv;
      const text = readFileSync(source + '/' + readdirSync(source)[0], 'utf8');
      console.log('appending', word);
      writeFileSync(target + '/text.txt', text + word);
    `,
    'fail.js': `console.error('no labels here'); process.exit(3);`,
    'forever.js': `setInterval(() => {}, 1000);`,
  });
  await workspace.upload({ 'data/a.txt': 'raw' });
  await addComponent('append', 'node append.js ${{inputs.from}} "${{inputs.word}}" ${{outputs.to}}');
  await addComponent('fail', 'node fail.js ${{inputs.from}} "${{inputs.word}}" ${{outputs.to}}');
  await addComponent('forever', 'node forever.js ${{inputs.from}} "${{inputs.word}}" ${{outputs.to}}');
});
afterAll(() => workspace.close());

const put = (path: string, properties: object, version?: string) =>
  putAt(workspace, path, properties, version);

const componentId = (name: string) => `${localCloud.workspaceId}/components/${name}/versions/1`;

const specOf = (name: string, command: string) => ({
  name,
  version: '1',
  type: 'command',
  command,
  code: `azureml:${idOf('codes', 'steps')}`,
  environment: `azureml:${nodeId}`,
  inputs: { from: { type: 'uri_folder' }, word: { type: 'string', default: 'nothing' } },
  outputs: { to: { type: 'uri_folder' } },
});

async function addComponent(name: string, command: string): Promise<void> {
  const componentSpec = specOf(name, command);
  expect(await put(`components/${name}/versions/1`, { componentSpec })).toMatchObject({ status: 201 });
}

const literal = (value: string) => ({ job_input_type: 'literal', value });
const step = (component: string, from: string, more: object = {}) => ({
  type: 'command',
  componentId: componentId(component),
  computeId: `${localCloud.workspaceId}/computes/cpu`,
  inputs: { from: literal(from) },
  ...more,
});
const asModel = { to: { type: 'literal', value: '${{parent.outputs.model}}' } };

function pipeline(jobs: object, more: object = {}) {
  return {
    jobType: 'Pipeline',
    experimentName: 'tests',
    inputs: {
      data: { jobInputType: 'uri_folder', uri: 'azureml://datastores/workspaceblobstore/paths/data/' },
      word: { jobInputType: 'literal', value: 'b' },
    },
    outputs: {
      model: {
        jobOutputType: 'uri_folder',
        uri: 'azureml://datastores/workspaceblobstore/paths/models/m/',
      },
    },
    settings: { force_rerun: true, continue_on_step_failure: false },
    jobs,
    ...more,
  };
}

const last = (component: string, before = 'first') =>
  step(component, `\${{parent.jobs.${before}.outputs.to}}`, {
    inputs: {
      from: literal(`\${{parent.jobs.${before}.outputs.to}}`),
      word: literal('${{parent.inputs.word}}'),
    },
    outputs: asModel,
  });

/** The steps as MLflow has them, by their names. */
async function stepsOf(name: string): Promise<Record<string, TrackedRun>> {
  const steps = await runsBelow(workspace, name, 'rootRunId');
  return Object.fromEntries(steps.map((run) => [run.info.run_name, run]));
}

describe('a pipeline job', () => {
  it('runs its steps in the order of their data, and leaves its output where it was to go', async () => {
    const jobs = {
      last: last('append'),
      first: step('append', '${{parent.inputs.data}}', { display_name: 'begin' }),
    };
    expect(await put('jobs/orders', pipeline(jobs))).toMatchObject({ status: 201 });
    const job = await workspace.untilEnded('orders');

    expect(job.status).toBe('Completed');
    expect(await workspace.read('models/m/text.txt')).toBe('rawnothingb');
    expect(job).toMatchObject({
      jobType: 'Pipeline',
      jobs: { last: { componentId: componentId('append') } },
    });
    const steps = await stepsOf('orders');
    expect(Object.keys(steps).sort()).toEqual(['begin', 'last']);
    expect(steps['last']?.data.tags).toContainEqual({ key: 'mlflow.parentRunId', value: 'orders' });
    const { json } = await workspace.fetch(`${localCloud.workspaceId}/jobs?api-version=2022-10-01`);
    const names = (json.value as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('orders');
    expect(names).not.toContain(steps['last']?.info.run_id);
    const ofStep = workspace.events.filter(({ subject }) => subject.endsWith(steps['last']!.info.run_id));
    expect(ofStep.at(-1)?.data).toMatchObject({ runType: 'azureml.StepRun' });
    expect(await put('jobs/orders', pipeline(jobs)), 'the same once more').toMatchObject({ status: 200 });
  });

  it('fails with the step that does, and begins none after it', async () => {
    const jobs = {
      first: step('fail', '${{parent.inputs.data}}'),
      beside: step('forever', '${{parent.inputs.data}}'),
      last: last('append'),
    };
    await put('jobs/fails', pipeline(jobs));
    const job = await workspace.untilEnded('fails');

    expect(job.status).toBe('Failed');
    expect(job.properties?.['errorMessage']).toContain('have failed: first.');
    const steps = await stepsOf('fails');
    expect(Object.entries(steps).map(([name, { info }]) => [name, info.status])).toEqual(
      expect.arrayContaining([
        ['first', 'FAILED'],
        ['beside', 'KILLED'],
      ]),
    );
    expect(steps).not.toHaveProperty('last');
    const history = workspace.azureMl.mlflowTrackingUri
      .replace(/^azureml:/, 'https:')
      .replace('/mlflow/', '/history/');
    const details = await workspace.fetch(`${history}/runs/${steps['first']!.info.run_id}/details`);
    expect(details.json.error.error.message).toContain('no labels here');
    const log = await workspace.fetch(details.json.logFiles['user_logs/std_log.txt'], { token: null });
    expect(log.text).toContain('no labels here');
  });

  it('is cancelled with its steps', async () => {
    await put(
      'jobs/cancelled',
      pipeline({ first: step('forever', '${{parent.inputs.data}}'), last: last('append') }),
    );
    await untilSeen(async () => {
      const { first } = await stepsOf('cancelled');
      return first?.info.status === 'RUNNING' ? first : undefined;
    });
    await workspace.cancel('cancelled');
    expect((await workspace.untilEnded('cancelled')).status).toBe('Canceled');
    expect((await stepsOf('cancelled'))['first']?.info.status).toBe('KILLED');
  });

  it('goes on after the program that ran it was started again', async () => {
    workspace.azureMl.setJobFaults({ faults: [] });
    await put(
      'jobs/resumes',
      pipeline({ first: step('append', '${{parent.inputs.data}}'), last: last('append') }),
    );
    await workspace.restart();
    expect((await workspace.untilEnded('resumes')).status).toBe('Completed');
  });

  it('has a step fail that a fault was ordered for', async () => {
    workspace.azureMl.setJobFaults({ faults: [{ job: 'faulty/last', kind: 'preempted' }] });
    await put(
      'jobs/faulty',
      pipeline({ first: step('append', '${{parent.inputs.data}}'), last: last('append') }),
    );
    const job = await workspace.untilEnded('faulty');
    expect(job.properties?.['errorMessage']).toContain('have failed: last.');
  });
});

describe('a pipeline job is refused', () => {
  const first = step('append', '${{parent.inputs.data}}');
  it.each([
    ['without steps', pipeline({}), 'properties.jobs: no steps'],
    [
      'with a command in place of a component',
      pipeline({ first: { type: 'command', command: 'node append.js', outputs: asModel } }),
      'properties.jobs.first.componentId',
    ],
    [
      'with a component that is not there',
      pipeline({ first: step('none', '${{parent.inputs.data}}', { outputs: asModel }) }),
      'properties.jobs.first.componentId: no component none, version 1',
    ],
    [
      'with an input of no step',
      pipeline({ last: last('append', 'nobody') }),
      'properties.jobs.last.inputs.from: ${{parent.jobs.nobody.outputs.to}} does not exist',
    ],
    [
      'with a value where a folder goes',
      pipeline({ first: step('append', 'text', { outputs: asModel }) }),
      'its component takes uri_folder, and this is literal',
    ],
    [
      'with steps that wait for each other',
      pipeline({ first: last('append', 'last'), last: last('append') }),
      'properties.jobs: first, last wait for each other',
    ],
    [
      'with an output that no step writes',
      pipeline({ first }),
      'properties.outputs.model: no step writes it',
    ],
    [
      'with an output that two steps write',
      pipeline({ first: { ...first, outputs: asModel }, last: last('append') }),
      'properties.outputs.model: 2 steps write it',
    ],
    [
      'without a compute',
      pipeline({ first: { ...first, computeId: undefined, outputs: asModel } }),
      'properties.jobs.first.computeId: missing',
    ],
    [
      'in camelCase',
      pipeline({ first: { ...first, resources: { instanceCount: 2 }, outputs: asModel } }),
      'instanceCount is camelCase',
    ],
    [
      'as a published component',
      pipeline({ first: { ...first, outputs: asModel } }, { componentId: componentId('append') }),
      'properties.componentId: component append is of type command; a job of it is a pipeline',
    ],
    [
      'with a component of a registry, for there is none',
      pipeline({
        first: {
          ...first,
          componentId: 'azureml://registries/r/components/append/versions/1',
          outputs: asModel,
        },
      }),
      'there are no registries here to take components from',
    ],
    [
      'with a label in place of a version',
      pipeline({
        first: { ...first, componentId: componentId('append').replace('versions/1', 'labels/latest') },
      }),
      'properties.jobs.first.componentId: must be a resource id',
    ],
  ])('%s', async (_what, properties, says) => {
    const answer = await put('jobs/refused', properties);
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toContain(says);
  });

  it('and so is a component whose command names what it has not', async () => {
    const componentSpec = specOf('broken', 'node append.js ${{inputs.nothing}}');
    const answer = await put('components/broken/versions/1', { componentSpec });
    expect(answer).toMatchObject({ status: 400 });
  });
});
