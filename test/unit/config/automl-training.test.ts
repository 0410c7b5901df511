import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedTimeout, withTimeout } from '../../../shared/admission/attempt-timeout.ts';
import type { AutomlConfig } from '../../../shared/config/automl-schema.ts';
import { estimateHours, hoursOf } from '../../../shared/config/estimate.ts';
import { findModelWarnings } from '../../../shared/config/find-warnings.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { describePolicy } from '../../../shared/overview/policy-words.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

const prepare =
  "{ command: 'node prepare.mjs ${{inputs.data}} ${{inputs.manifest}} ${{outputs.table}}', code: 'azureml:a:1', environment: 'azureml:node:24', timeout: PT30M }";
const fields = {
  kind: 'automl',
  task: 'classification',
  targetColumn: 'spam',
  primaryMetric: 'AUC_weighted',
  compute: 'cpu',
  prepare,
  limits: '{ maxTrials: 20, maxConcurrentTrials: 2, trialTimeout: PT15M, timeout: PT2H }',
};
type Changes = Readonly<Record<string, string | undefined>>;

function parse(changes: Changes = {}) {
  const lines = Object.entries({ ...fields, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name}: ${text}`],
  );
  return parseModelFile(
    'spam-filter.yaml',
    sample.replace(/^training:[\s\S]*?\n\n/m, `training:\n${lines.join('\n')}\n\n`),
  );
}

function problemsOf(changes: Changes): string[] {
  const parsed = parse(changes);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

function configOf(changes: Changes = {}): ModelConfig & { training: AutomlConfig } {
  const parsed = parse(changes);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { config } = parsed.model;
  if (config.training.kind !== 'automl') throw new Error('no AutoML');
  return { ...config, training: config.training };
}

const prepareWith = (change: (text: string) => string) => ({ prepare: change(prepare) });

describe('training by AutoML', () => {
  it('is a table, what is predicted of it, and how long models are tried', () => {
    expect(problemsOf({})).toEqual([]);
    expect(configOf().training).toMatchObject({ featurization: 'auto', limits: { earlyTermination: true } });
    for (const validation of ['{ folds: 5 }', '{ share: 0.2 }'])
      expect(problemsOf({ validation })).toEqual([]);
  });

  it.each<[string, Changes, string]>([
    [
      'a task that is another job of the service',
      { task: 'forecasting' },
      'training.task: classification or regression; for another one write a pipeline, kind: pipeline, with a program of your own (docs/pipeline-training.md); found "forecasting"',
    ],
    [
      'a metric of another task',
      { primaryMetric: 'r2_score' },
      'training.primaryMetric: r2_score is no metric of classification; there are AUC_weighted',
    ],
    [
      'a metric that is mistyped',
      { primaryMetric: 'auc_weighted' },
      'training.primaryMetric: Invalid option',
    ],
    [
      'a command that writes no table',
      prepareWith((text) => text.replace('outputs.table', 'outputs.model')),
      'training.prepare.command: it writes ${{outputs.table}}, the table that AutoML reads, and nothing else; found model',
    ],
    [
      'a command that reads what nobody gives',
      prepareWith((text) => text.replace('inputs.data', 'inputs.dta')),
      'training.prepare.command: ${{inputs.dta}} names no inputs of training; did you mean "data"?',
    ],
    [
      'a shell',
      prepareWith((text) => text.replace('node prepare', 'cat a | node prepare')),
      'training.prepare.command: "|" at character 7 would need a shell',
    ],
    [
      'an algorithm of another task',
      { algorithms: '{ allowed: [ElasticNet] }' },
      'training.algorithms.allowed: ElasticNet is no algorithm of classification',
    ],
    [
      'an algorithm that is mistyped',
      { algorithms: '{ blocked: [LightGMB] }' },
      'training.algorithms.blocked: LightGMB is no algorithm of classification; did you mean "LightGBM"?',
    ],
    [
      'both lists of algorithms',
      { algorithms: '{ allowed: [KNN], blocked: [SVM] }' },
      'training.algorithms: takes one of allowed and blocked; found both',
    ],
    [
      'more at once than in all',
      { limits: '{ maxTrials: 2, maxConcurrentTrials: 3, trialTimeout: PT15M, timeout: PT2H }' },
      'training.limits.maxConcurrentTrials: there are 2 trials at most, and 3 cannot run at once',
    ],
    [
      'parts of a minute',
      { limits: '{ maxTrials: 2, trialTimeout: PT90S, timeout: PT2H }' },
      'training.limits.trialTimeout: the service takes whole minutes; found PT90S',
    ],
    [
      'trials that outlast the job',
      { limits: '{ maxTrials: 2, trialTimeout: PT3H, timeout: PT2H }' },
      'training.limits.trialTimeout: is longer than limits.timeout, PT2H',
    ],
    ['no time at all', { limits: '{ maxTrials: 2, trialTimeout: PT5M }' }, 'training.limits.timeout'],
    [
      'less time than any job has',
      { limits: '{ maxTrials: 2, trialTimeout: PT5M, timeout: PT10M }' },
      'training.limits.timeout: timeout: at least 15 minutes, PT15M; found "PT10M"',
    ],
    ['one fold', { validation: '{ folds: 1 }' }, 'training.validation'],
    ['folds and a share', { validation: '{ folds: 3, share: 0.2 }' }, 'training.validation'],
    [
      'a label of a number',
      { task: 'regression', primaryMetric: 'r2_score', positiveLabel: "'1'" },
      'training.positiveLabel: regression has no labels; leave it out',
    ],
    [
      'a weight that is the target',
      { weightColumn: 'spam' },
      'training.weightColumn: is the column that is predicted',
    ],
    [
      'a column that the service would fill in',
      { targetColumn: "'${{parent.inputs.x}}'" },
      'training.targetColumn: targetColumn: the name of a column',
    ],
    [
      "the service's own name of a field",
      { target_column_name: 'spam' },
      'training.target_column_name: unknown field: it is targetColumn',
    ],
    [
      'a table of its own',
      { training_data: 'azureml:table:1' },
      'the table that it trains on is what the command under prepare writes',
    ],
  ])('is refused with %s', (_what, changes, says) => {
    expect(problemsOf(changes).join('\n')).toContain(says);
  });

  it('is suggested where it is spelled otherwise', () => {
    expect(problemsOf({ kind: 'AutoML' })[0]).toContain('an AutoML job is kind: automl');
  });

  it('reserves the machines of all trials for its whole time, those of ensembles after it, and the preparation', () => {
    // 2 machines for 2 h, and two ensembles of a quarter; half an hour before.
    expect(hoursOf(configOf().training)).toBe(5);
    expect(hoursOf(configOf({ ensembles: '[]' }).training)).toBe(4.5);
    const machines = 'PT30M, resources: { instanceCount: 2 }, distribution: { type: mpi }';
    expect(hoursOf(configOf(prepareWith((text) => text.replace('PT30M', machines))).training)).toBe(5.5);
    expect(estimateHours(configOf(), 'retrain')).toBeCloseTo(5 + 1 / 6, 9);
    expect(sharedTimeout(configOf().training)).toBe('PT18000S');
  });

  it('gives another attempt its part of the time, and no job less than the least', () => {
    const { training } = configOf();
    expect(withTimeout(training, 'PT18000S')).toEqual(training);
    expect(withTimeout(training, 'PT9000S')).toMatchObject({
      prepare: { timeout: 'PT900S' },
      limits: { maxTrials: 20, timeout: 'PT60M', trialTimeout: 'PT15M' },
    });
    expect(withTimeout(training, 'PT60S').limits).toMatchObject({ timeout: 'PT15M', trialTimeout: 'PT15M' });
  });

  it('is warned of where a run ends before it', () => {
    const short = { ...configOf(), policy: { ...configOf().policy, longestRun: 'PT3H' } };
    expect(
      findModelWarnings(short)
        .map(({ message }) => message)
        .join('\n'),
    ).toContain('PT3H is shorter than the timeouts of the jobs together, 3.17 h');
    const long = { ...configOf(), policy: { ...configOf().policy, longestRun: 'PT4H' } };
    expect(findModelWarnings(long).map(({ path }) => path.join('.'))).not.toContain('policy.longestRun');
  });

  it('is told in a sentence', () => {
    const sentences = describePolicy(configOf(), configOf()).map(({ sentence }) => sentence);
    expect(sentences.join('\n')).toContain(
      '20 trials at most, 2 at once, each for 15 minutes at most, all within 2 hours. The trial that is best by AUC_weighted is the challenger.',
    );
  });
});
