import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasParts, sharedTimeout, withTimeout } from '../../../shared/admission/attempt-timeout.ts';
import { estimateHours, hoursOf } from '../../../shared/config/estimate.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { describePolicy } from '../../../shared/overview/policy-words.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const parse = (part: 'training' | 'evaluation', text: string) =>
  parseModelFile(
    'spam-filter.yaml',
    sample.replace(new RegExp(`^${part}:[\\s\\S]*?\\n\\n`, 'm'), `${text}\n`),
  );

function configOf(part: 'training' | 'evaluation', text: string): ModelConfig {
  const parsed = parse(part, text);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model.config;
}

function problemsOf(part: 'training' | 'evaluation', text: string): string[] {
  const parsed = parse(part, text);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const prepare = `    prepare: { command: 'node a.mjs \${{inputs.data}} \${{outputs.rows}}', code: 'azureml:a:1', environment: 'azureml:node:24', timeout: PT30M }`;
const steps = (fit: string) =>
  `training:\n  kind: pipeline\n  compute: cpu\n  settings: { epochs: 6 }\n  steps:\n${prepare}\n    fit: { kind: component, timeout: PT1H, ${fit} }\n`;
const bound = `inputs: { rows: '\${{steps.prepare.outputs.rows}}', epochs: '\${{inputs.epochs}}' }`;
const model = 'outputs: { model: trained_model }';
const published = (more: string) =>
  `training:\n  kind: pipeline-component\n  component: azureml:all:2\n  compute: cpu\n  timeout: PT3H\n${more}\n`;

describe('a step that is a published component', () => {
  const fit = `component: 'azureml:fit:3', ${bound}, ${model}`;

  it('is read, and counts hours as any step', () => {
    expect(problemsOf('training', steps(fit))).toEqual([]);
    expect(hoursOf(configOf('training', steps(fit)).training)).toBe(1.5);
    const two = configOf('training', steps(`${fit}, resources: { instanceCount: 2 }`));
    expect(hoursOf(two.training), 'of two machines, without distribution').toBe(2.5);
  });

  it('may be one of a registry', () => {
    const ofRegistry = fit.replace('azureml:fit:3', 'azureml://registries/shared/components/fit/versions/3');
    expect(problemsOf('training', steps(ofRegistry))).toEqual([]);
  });

  it.each([
    [
      'a label',
      fit.replace('fit:3', 'fit@latest'),
      'training.steps.fit.component: a component, always of one version',
    ],
    [
      'a label of a registry',
      fit.replace('azureml:fit:3', 'azureml://registries/shared/components/fit/labels/latest'),
      'training.steps.fit.component: a component, always of one version',
    ],
    ['no kind', 'component: azureml:fit:3', 'add kind: component to the step'],
    [
      'a step that is not there',
      fit.replace('steps.prepare', 'steps.prepair'),
      'training.steps.fit.inputs: ${{steps.prepair.outputs.rows}} names no step; did you mean "prepare"?',
    ],
    [
      'an output that a command has not',
      fit.replace('outputs.rows', 'outputs.row'),
      'step prepare writes no such output; did you mean "rows"?; it has rows',
    ],
    [
      'an input that nobody gives',
      fit.replace('inputs.epochs', 'inputs.epoch'),
      'training.steps.fit.inputs.epochs: ${{inputs.epoch}} names no inputs of training',
    ],
    [
      'half a binding',
      fit.replace("'${{inputs.epochs}}'", "'x ${{inputs.epochs}}'"),
      'is neither ${{inputs.NAME}}, ${{steps.STEP.outputs.NAME}} nor a value',
    ],
    [
      'a value without a word',
      fit.replace("'${{inputs.epochs}}'", "'-'"),
      'no literal input without a letter',
    ],
    ['no model', fit.replace(`, ${model}`, ''), 'exactly one step writes ${{outputs.model}}'],
    [
      'evidence',
      fit.replace('model: trained', 'evidence: trained'),
      'training.steps.fit.outputs.evidence: training leaves no evidence; it leaves model',
    ],
  ])('is refused with %s', (_, text, says) => {
    const file = steps(text);
    const asked = says.startsWith('add kind') ? file.replace('kind: component, ', '') : file;
    expect(problemsOf('training', asked).join('\n')).toContain(says);
  });
});

describe('a published pipeline', () => {
  const whole = `  machines: 4\n  inputs: { data: '\${{inputs.data}}', rounds: 3 }\n  ${model}`;

  it('counts its whole time on the machines that the file says', () => {
    expect(problemsOf('training', published(whole))).toEqual([]);
    const { training } = configOf('training', published(whole));
    expect(hoursOf(training)).toBe(12);
    expect(hasParts(training)).toBe(false);
    expect(sharedTimeout(training)).toBe('PT3H');
    expect(withTimeout(training, 'PT1H')).toEqual({ ...training, timeout: 'PT1H' });
  });

  it('is warned of where the longest run is shorter than it may take, whatever its machines', () => {
    const warned = (timeout: string) => {
      const parsed = parse('training', published(whole).replace('PT3H', timeout));
      return 'problems' in parsed ? [] : parsed.warnings.filter(({ path }) => path === 'policy.longestRun');
    };
    expect(warned('PT3H')).toEqual([]);
    expect(warned('P30D')).toHaveLength(1);
  });

  it.each([
    ['no word on machines', whole.replace('machines: 4\n  ', ''), 'training.machines: missing, and required'],
    ['no time', whole, 'training.timeout: missing, and required'],
    [
      'no output',
      whole.replace(model, ''),
      'training.outputs: missing: say which output of the pipeline is the model',
    ],
    [
      'an input of a step',
      whole.replace('inputs.data', 'steps.a.outputs.b'),
      'a published pipeline stands by itself',
    ],
    ['another phase', whole.replace('inputs.data', 'inputs.challenger'), 'names no inputs of training'],
    ['settings', `${whole}\n  settings: { a: 1 }`, 'training.settings: unknown field'],
  ])('is refused with %s', (_, text, says) => {
    const file = says.startsWith('training.timeout')
      ? published(text).replace('  timeout: PT3H\n', '')
      : published(text);
    expect(problemsOf('training', file).join('\n')).toContain(says);
  });

  it('is told in words', () => {
    const config = configOf('training', published(whole));
    expect(JSON.stringify(describePolicy(config, config))).toContain(
      'Training is the published pipeline azureml:all:2, for 3 hours at most, on 4 machines at most.',
    );
  });
});

describe('an evaluation by a pipeline', () => {
  const score = (command: string, more = '') =>
    `evaluation:\n  kind: pipeline\n  compute: cpu\n  steps:\n    score: { command: '${command}', code: 'azureml:a:1', environment: 'azureml:node:24', timeout: PT1H }\n${more}`;
  const champion = '${{inputs.champion}}';
  const command = `node a.mjs \${{inputs.challenger}} $[[${champion}]] \${{outputs.evidence}}`;

  it('is read, and counts the hours of its steps, of past champions, too', () => {
    expect(problemsOf('evaluation', score(command))).toEqual([]);
    const config = configOf('evaluation', score(command));
    expect(estimateHours(config, 'promote')).toBe(1);
    const scoring = { ...config, training: { ...config.training, pastChampions: 2 } };
    expect(estimateHours(scoring, 'retrain') - hoursOf(config.training)).toBe(3);
  });

  it('has the fields of scores as any evaluation', () => {
    expect(problemsOf('evaluation', score(command, '  threshold: 0.3\n  groups: customer\n'))).toEqual([]);
    expect(problemsOf('evaluation', score(command, '  groups: a\n  order: b\n'))[0]).toContain(
      'give one of them',
    );
  });

  it('is warned of a champion that is not there before the first release', () => {
    const parsed = parse('evaluation', score(command.replace(`$[[${champion}]]`, champion)));
    expect('problems' in parsed ? [] : parsed.warnings.map(({ path }) => path)).toContain(
      'evaluation.steps.score.command',
    );
  });

  it('writes the evidence, and no model', () => {
    const problems = problemsOf('evaluation', score(command.replace('outputs.evidence', 'outputs.model')));
    expect(problems.join('\n')).toContain(
      'exactly one step writes ${{outputs.evidence}}, what the gates read',
    );
  });
});

describe('the model files of the pages', () => {
  it.each(['docs/pipeline-training.md', 'docs/existing-azure-ml-job.md'])('are valid in %s', (page) => {
    const blocks = [...readFileSync(page, 'utf8').matchAll(/```yaml\n((training|evaluation):[\s\S]*?)```/g)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, text, part] of blocks) expect(problemsOf(part as 'training', text!)).toEqual([]);
  });
});
