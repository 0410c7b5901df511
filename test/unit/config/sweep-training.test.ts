import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedTimeout, withTimeout } from '../../../shared/admission/attempt-timeout.ts';
import { estimateHours, hoursOf } from '../../../shared/config/estimate.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import type { SweepConfig } from '../../../shared/config/sweep-schema.ts';
import { describePolicy } from '../../../shared/overview/policy-words.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

const fields = {
  kind: 'sweep',
  command: "'node fit.ts ${{inputs.data}} ${{search_space.rate}} ${{search_space.depth}} ${{outputs.model}}'",
  code: 'azureml:a:1',
  environment: 'azureml:node:24',
  compute: 'cpu',
  searchSpace: '{ rate: { type: uniform, min: 0.1, max: 1 }, depth: { type: choice, values: [2, 4] } }',
  objective: '{ metric: accuracy, goal: maximize }',
  limits: '{ maxTotalTrials: 6, maxConcurrentTrials: 2, trialTimeout: PT30M }',
};

function parse(changes: Readonly<Record<string, string | undefined>> = {}) {
  const lines = Object.entries({ ...fields, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name}: ${text}`],
  );
  return parseModelFile(
    'spam-filter.yaml',
    sample.replace(/^training:[\s\S]*?\n\n/m, `training:\n${lines.join('\n')}\n\n`),
  );
}

function problemsOf(changes: Readonly<Record<string, string | undefined>>): string[] {
  const parsed = parse(changes);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

function configOf(changes: Readonly<Record<string, string>> = {}): ModelConfig & { training: SweepConfig } {
  const parsed = parse(changes);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { config } = parsed.model;
  if (config.training.kind !== 'sweep') throw new Error('no sweep');
  return { ...config, training: config.training };
}

describe('training by a sweep', () => {
  it('is one command and what it is tried with', () => {
    expect(problemsOf({})).toEqual([]);
    expect(configOf().training).toMatchObject({ sampling: { type: 'random' } });
  });

  it.each([
    [
      'a hyperparameter that is not there',
      { command: "'node fit.ts ${{search_space.rte}} ${{outputs.model}}'" },
      'training.command: ${{search_space.rte}} names no hyperparameter; did you mean "rate"?; there are rate, depth',
    ],
    [
      'no output for the model',
      { command: "'node fit.ts ${{search_space.rate}}'" },
      'training.command: names no ${{outputs.model}}',
    ],
    [
      'a shell',
      { command: "'node fit.ts ${{search_space.rate}} ${{outputs.model}} | cat'" },
      'training.command: "|" at character 55 would need a shell',
    ],
    [
      'a range without room',
      { searchSpace: '{ rate: { type: uniform, min: 1, max: 1 }, depth: { type: choice, values: [2] } }' },
      'training.searchSpace.rate.max: must be above min, 1; found 1',
    ],
    [
      'no values to choose among',
      { searchSpace: '{ rate: { type: choice, values: [] }, depth: { type: choice, values: [2] } }' },
      'training.searchSpace.rate.values',
    ],
    [
      'a distribution of another kind',
      { searchSpace: '{ rate: { type: beta }, depth: { type: choice, values: [2] } }' },
      'training.searchSpace.rate.type',
    ],
    [
      'a grid over numbers without steps',
      { sampling: '{ type: grid }' },
      'training.searchSpace.rate.type: grid sampling draws from choice alone; found uniform',
    ],
    [
      'early termination beside Bayesian sampling',
      { sampling: '{ type: bayesian }', earlyTermination: '{ type: median-stopping }' },
      'training.earlyTermination: bayesian sampling takes none',
    ],
    [
      'a bandit without slack',
      { earlyTermination: '{ type: bandit }' },
      'training.earlyTermination: takes one of slackFactor and slackAmount; found neither',
    ],
    [
      'a bandit with two kinds of slack',
      { earlyTermination: '{ type: bandit, slackFactor: 0.1, slackAmount: 1 }' },
      'found both',
    ],
    [
      'more trials at once than there are',
      { limits: '{ maxTotalTrials: 2, maxConcurrentTrials: 3 }' },
      'training.limits.maxConcurrentTrials: there are 2 trials at most, and 3 cannot run at once',
    ],
    ['too many trials', { limits: '{ maxTotalTrials: 1001 }' }, 'training.limits.maxTotalTrials'],
    ['no objective', { objective: undefined }, 'training.objective: missing, and required'],
    [
      'a field of another spelling',
      { objective: '{ primaryMetric: accuracy, metric: accuracy, goal: maximize }' },
      'training.objective.primaryMetric: unknown field',
    ],
    [
      'a limit of a job',
      { timeout: 'PT1H' },
      'training.timeout: unknown field: the steps of a pipeline have a timeout each, and a sweep has limits.trialTimeout',
    ],
    [
      'two machines that nothing joins',
      { resources: '{ instanceCount: 2 }' },
      'training.resources.instanceCount: 2 machines need distribution',
    ],
  ])('is refused with %s', (_what, changes, says) => {
    expect(problemsOf(changes as Readonly<Record<string, string>>).join('\n')).toContain(says);
  });

  it('is warned of a hyperparameter that changes nothing, and of a run too short for it', () => {
    const command = "'node fit.ts ${{search_space.rate}} ${{outputs.model}}'";
    const limits = '{ maxTotalTrials: 100, maxConcurrentTrials: 2, trialTimeout: PT2H }';
    const parsed = parse({ command, limits });
    const warnings = 'problems' in parsed ? [] : parsed.warnings;
    expect(warnings.map(({ path, message }) => `${path}: ${message}`).join('\n')).toContain(
      'training.searchSpace.depth: the command names no ${{search_space.depth}}',
    );
    expect(warnings.map(({ path }) => path)).toContain('policy.longestRun');
  });

  it('reserves the hours of all its trials, however many run at once', () => {
    expect(hoursOf(configOf().training)).toBe(3);
    const faster = configOf({ limits: '{ maxTotalTrials: 6, maxConcurrentTrials: 6, trialTimeout: PT30M }' });
    expect(hoursOf(faster.training)).toBe(3);
    expect(estimateHours(configOf(), 'retrain')).toBeCloseTo(3 + 1 / 6);
  });

  it('reserves less where the whole is limited, a grid has fewer trials, and more for more machines', () => {
    const whole = '{ maxTotalTrials: 6, maxConcurrentTrials: 2, trialTimeout: PT30M, timeout: PT45M }';
    expect(hoursOf(configOf({ limits: whole }).training)).toBe(1.5);
    const searchSpace = '{ rate: { type: choice, values: [1, 2] }, depth: { type: choice, values: [2, 4] } }';
    expect(hoursOf(configOf({ searchSpace, sampling: '{ type: grid }' }).training)).toBe(2);
    const more = { resources: '{ instanceCount: 2 }', distribution: '{ type: mpi }' };
    expect(hoursOf(configOf(more).training)).toBe(6);
  });

  it('has another attempt with the part of its trials that is left', () => {
    const { training } = configOf();
    expect(sharedTimeout(training)).toBe('PT10800S');
    const rest = withTimeout(training, 'PT1H');
    expect(rest.limits).toMatchObject({ maxTotalTrials: 2, maxConcurrentTrials: 2, trialTimeout: 'PT30M' });
    expect(hoursOf(rest)).toBeLessThanOrEqual(1);
    expect(withTimeout(training, 'PT3H')).toEqual(training);
  });

  it('is told in words, with what is tried and how long', () => {
    const limits = '{ maxTotalTrials: 6, maxConcurrentTrials: 2, trialTimeout: PT30M, timeout: PT2H }';
    const config = configOf({ limits });
    const told = describePolicy(config, config).find(({ path }) => path === 'training');
    expect(told?.sentence).toMatch(
      /^Training is a sweep of .*node fit\.ts.* over rate, depth \(random\): 6 trials at most, 2 at once, each for 30 minutes at most, all within 2 hours\. The trial that maximizes accuracy is the challenger\.$/,
    );
  });
});
