import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

const step = (command: string, more = ''): string =>
  `{ command: '${command}', code: 'azureml:a:1', environment: 'azureml:node:24'${more} }`;
const prepare = step('node a.ts ${{inputs.data}} ${{outputs.rows}}');
const fit = step('node b.ts ${{steps.prepare.outputs.rows}} ${{inputs.epochs}} ${{outputs.model}}');

function parse(steps: Readonly<Record<string, string>>, more = '') {
  const lines = Object.entries(steps).map(([name, text]) => `    ${name}: ${text}`);
  const training = `training:\n  kind: pipeline\n  compute: cpu\n  settings: { epochs: 6 }\n${more}  steps:\n${lines.join('\n')}\n\n`;
  return parseModelFile('spam-filter.yaml', sample.replace(/^training:[\s\S]*?\n\n/m, training));
}

function problemsOf(steps: Readonly<Record<string, string>>, more = ''): string[] {
  const parsed = parse(steps, more);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('training by a pipeline', () => {
  it('is steps that fit together', () => {
    expect(problemsOf({ prepare, fit })).toEqual([]);
  });

  it('is warned of where a step works for nobody', () => {
    const parsed = parse({ prepare, fit, count: step('node c.ts ${{inputs.data}} ${{outputs.counts}}') });
    const warnings = 'problems' in parsed ? [] : parsed.warnings;
    expect(warnings.filter(({ path }) => path.startsWith('training'))).toMatchObject([
      { path: 'training.steps.count', message: expect.stringContaining('no step reads what it writes') },
    ]);
  });

  it.each([
    [
      'a step that is not there',
      { prepare, fit: fit.replace('prepare', 'prepair') },
      'training.steps.fit.command: ${{steps.prepair.outputs.rows}} names no step; did you mean "prepare"?',
    ],
    [
      'an output that a step has not',
      { prepare, fit: fit.replace('outputs.rows', 'outputs.row') },
      'step prepare writes no such output; did you mean "rows"?; it has rows',
    ],
    [
      'an input that nobody gives',
      { prepare: prepare.replace('inputs.data', 'inputs.rounds'), fit },
      'training.steps.prepare.command: ${{inputs.rounds}} names no inputs of training',
    ],
    [
      'a shell',
      { prepare: prepare.replace('node a.ts', 'node a.ts | cat'), fit },
      'training.steps.prepare.command: "|" at character 11 would need a shell',
    ],
    ['no model', { prepare }, 'training.steps: exactly one step writes ${{outputs.model}}'],
    [
      'two models',
      {
        prepare: prepare.replace('outputs.rows', 'outputs.model'),
        fit: fit.replace('steps.prepare.outputs.rows', 'inputs.data'),
      },
      'and prepare and fit do',
    ],
    [
      'a circle',
      { prepare: prepare.replace('inputs.data', 'steps.fit.outputs.model'), fit },
      'training.steps: prepare, fit wait for each other',
    ],
    [
      'machines without a distribution',
      { prepare, fit: fit.replace(' }', ', resources: { instanceCount: 2 } }') },
      'training.steps.fit.resources.instanceCount: 2 machines need distribution',
    ],
    [
      'serverless for one step alone',
      { prepare, fit: fit.replace(' }', ', compute: serverless }') },
      'training.steps.fit.compute: is chosen for the whole pipeline',
    ],
    ['a name with a hyphen', { prepare, 'my-fit': fit }, 'the name of a step: lower-case letters'],
    ['no steps', {}, 'training.steps'],
  ])('is refused with %s', (_what, steps, says) => {
    expect(problemsOf(steps as Readonly<Record<string, string>>).join('\n')).toContain(says);
  });

  it.each([
    [
      'training:\n',
      'training:\n  pipeline: {}\n',
      'training.pipeline: unknown field: a pipeline is kind: pipeline',
    ],
    [
      'training:\n',
      'training:\n  sweep: {}\n',
      'training.sweep: unknown field: a sweep is kind: sweep, with its hyperparameters under searchSpace',
    ],
    [
      'training:\n',
      'training:\n  kind: AutoML\n',
      'training.kind: an AutoML job is kind: automl, with the command that writes its table',
    ],
    [
      'training:\n',
      'training:\n  kind: sweep\n',
      'training.timeout: unknown field: the steps of a pipeline have a timeout each, and a sweep has limits.trialTimeout',
    ],
    [
      'evaluation:\n',
      'evaluation:\n  kind: pipeline\n',
      'evaluation.timeout: unknown field: the steps of a pipeline have a timeout each',
    ],
    [
      'evaluation:\n',
      'evaluation:\n  kind: sweep\n',
      'evaluation.kind: a sweep trains, and an evaluation scores what was trained',
    ],
    [
      'evaluation:\n',
      'evaluation:\n  component: azureml:judge:1\n',
      'evaluation.component: unknown field: a published component is a step of kind: component',
    ],
  ])('is told what to write in place of it, where it is meant: %s%s', (from, to, says) => {
    const parsed = parseModelFile('spam-filter.yaml', sample.replace(from, to));
    const problems = 'problems' in parsed ? parsed.problems : [];
    expect(problems.map(({ path, message }) => `${path}: ${message}`).join('\n')).toContain(says);
  });

  it('is refused with a queue, which it has not, and as another kind of job', () => {
    expect(problemsOf({ prepare, fit }, '  queue: { tier: spot }\n')).toEqual([
      'training.queue: unknown field here; it belongs to another part of the file',
    ]);
    const sweep = parseModelFile(
      'spam-filter.yaml',
      sample.replace('training:\n', 'training:\n  kind: pipelin\n'),
    );
    expect(sweep).toMatchObject({
      problems: [{ path: 'training.kind', message: expect.stringContaining('did you mean "pipeline"?') }],
    });
  });
});
