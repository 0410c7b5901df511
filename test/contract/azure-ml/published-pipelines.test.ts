import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { idOf, nodeId, openWorkspace, type Workspace } from './workspace-fixture.ts';
import { putAt } from './workspace-requests.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.addCode('steps', {
    'append.js': `
      const { readFileSync, writeFileSync } = require('node:fs');
      const [, , source, target, word, last] = process.argv;
      writeFileSync(target + '/text.txt', readFileSync(source + '/a.txt', 'utf8') + word + (last ?? ''));
    `,
  });
  await workspace.upload({ 'data/a.txt': 'raw' });
  await publish('append', {
    ...{ type: 'command', code: `azureml:${idOf('codes', 'steps')}`, environment: `azureml:${nodeId}` },
    command: 'node append.js ${{inputs.from}} ${{outputs.to}} ${{inputs.word}} $[[${{inputs.last}}]]',
    inputs: {
      ...{ from: { type: 'uri_folder' }, last: { type: 'string', optional: true } },
      word: { type: 'integer', default: '1', min: '1', max: '9' },
    },
    outputs: { to: { type: 'uri_folder' } },
  });
  expect(await publish('whole', whole)).toMatchObject({ status: 201 });
});
afterAll(() => workspace.close());

const put = (path: string, properties: object) => putAt(workspace, path, properties);
const publish = (name: string, spec: object) =>
  put(`components/${name}/versions/1`, { componentSpec: { name, version: '1', ...spec } });
const componentId = (name: string) => `${localCloud.workspaceId}/components/${name}/versions/1`;
const literal = (value: string) => ({ job_input_type: 'literal', value });

const step = {
  ...{ type: 'command', componentId: componentId('append') },
  inputs: {
    ...{ from: literal('${{parent.inputs.data}}'), word: literal('${{parent.inputs.word}}') },
    last: literal('${{parent.inputs.last}}'),
  },
  outputs: { to: { type: 'literal', value: '${{parent.outputs.result}}' } },
};
const whole = {
  type: 'pipeline',
  inputs: {
    ...{ data: { type: 'uri_folder' }, word: { type: 'integer', default: '2' } },
    last: { type: 'string', optional: true },
  },
  outputs: { result: { type: 'uri_folder' } },
  jobs: { only: step },
};

const folder = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}/`;
const job = (more: object = {}) => ({
  ...{ jobType: 'Pipeline', experimentName: 'tests', componentId: componentId('whole') },
  inputs: { data: { jobInputType: 'uri_folder', uri: folder('data') } },
  outputs: { result: { jobOutputType: 'uri_folder', uri: folder('models/whole') } },
  settings: { default_compute: 'cpu', force_rerun: true },
  ...more,
});
const given = (value: string) => ({ jobInputType: 'literal', value });

describe('a job of a published pipeline', () => {
  it('runs its steps with its defaults, without what is optional', async () => {
    expect(await put('jobs/plain', job())).toMatchObject({ status: 201 });
    const ended = await workspace.untilEnded('plain');
    expect(ended).toMatchObject({ status: 'Completed', componentId: componentId('whole') });
    expect(await workspace.read('models/whole/text.txt')).toBe('raw2');
    expect(await put('jobs/plain', job()), 'the same once more').toMatchObject({ status: 200 });
  });

  it('takes what the job gives', async () => {
    const { inputs } = job();
    await put('jobs/given', job({ inputs: { ...inputs, word: given('3'), last: given('!x') } }));
    expect((await workspace.untilEnded('given')).status).toBe('Completed');
    expect(await workspace.read('models/whole/text.txt')).toBe('raw3!x');
  });

  const { inputs } = job();
  it.each([
    ['without what it requires', job({ inputs: {} }), 'properties.inputs.data: missing'],
    ['with what it has not', job({ inputs: { ...inputs, more: given('a') } }), 'has no such input'],
    [
      'with another type',
      job({
        inputs: {
          data: { jobInputType: 'uri_file', uri: 'azureml://datastores/workspaceblobstore/paths/data/a.txt' },
        },
      }),
      'the component takes uri_folder, and this is uri_file',
    ],
    ['with another value', job({ inputs: { ...inputs, word: given('x') } }), 'x is no whole number'],
    ['with a value out of range', job({ inputs: { ...inputs, word: given('10') } }), '10 is more than 9'],
    [
      'with an output that it has not',
      job({ outputs: { other: { jobOutputType: 'uri_folder' } } }),
      'properties.outputs.other: the component has no such output',
    ],
    [
      'with an output of another type',
      job({ outputs: { result: { jobOutputType: 'mltable' } } }),
      'the component writes uri_folder, and this is mltable',
    ],
    [
      'with steps of its own',
      job({ jobs: { only: step } }),
      'properties.jobs: a job of a component has the steps of that',
    ],
    ['without a compute', job({ settings: {} }), 'properties.jobs.only.computeId: missing'],
    ['that is not there', job({ componentId: componentId('none') }), 'no component none, version 1'],
    [
      'of a registry, for there is none',
      job({ componentId: 'azureml://registries/r/components/whole/versions/1' }),
      'there are no registries here',
    ],
  ])('is refused %s', async (_what, properties, says) => {
    const answer = await put('jobs/refused', properties);
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toContain(says);
  });

  it('and as a step of another pipeline, for steps of other types do not run here', async () => {
    const jobs = { inner: { ...step, componentId: componentId('whole') } };
    const answer = await put('jobs/refused', job({ componentId: undefined, jobs }));
    expect(answer.json.error.message).toContain(
      'component whole is of type pipeline, and the step of type command',
    );
  });
});

describe('a published pipeline is refused', () => {
  it.each([
    ['without steps', { jobs: {} }, 'no steps'],
    [
      'with a step of no component',
      { jobs: { only: { ...step, componentId: componentId('none') } } },
      'no component none',
    ],
    [
      'with a step bound to what it has not',
      { jobs: { only: { ...step, inputs: { from: literal('${{parent.inputs.rows}}') } } } },
      '${{parent.inputs.rows}} does not exist',
    ],
    [
      'with an output that no step writes',
      { outputs: { other: { type: 'uri_folder' } } },
      'has no output "result"',
    ],
    [
      'with a component whose optional input stands in its command without brackets',
      {
        ...{ type: 'command', jobs: undefined, environment: `azureml:${nodeId}` },
        command: 'node append.js ${{inputs.last}} ${{outputs.result}}',
      },
      'input last is optional, and stands outside of $[[ ]]',
    ],
    ['of another type', { type: 'sweep' }, 'must be command or pipeline'],
  ])('%s', async (_what, change, says) => {
    const answer = await publish('broken', { ...whole, ...change });
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toContain(says);
  });
});
