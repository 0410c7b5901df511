import { describe, expect, it } from 'vitest';
import { ModelConfigSchema } from '../../../shared/config/schema.ts';

const job = { command: 'run', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu' };
const floor = { gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 };
const probation = {
  ...{ stage: 'probation', kind: 'probation', data: 'labelled/', until: { labels: 1_000 }, gates: [floor] },
};
const production = { stage: 'production', kind: 'production' };

/** What is said of a file with these stages: `path: message` each. */
function problemsOf(...stages: readonly object[]): string[] {
  return problemsWith(job, ...stages);
}

function problemsWith(evaluation: object, ...stages: readonly object[]): string[] {
  const target = { kind: 'online-endpoint', endpoint: 'spam', instanceType: 'Standard_DS3_v2' };
  const parsed = ModelConfigSchema.safeParse({
    ...{ model: 'spam', data: { path: 'mail/' }, training: job, evaluation, gates: [floor] },
    release: { target, stages },
  });
  return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('a stage of kind probation', () => {
  it('has defaults for how long and how often', () => {
    expect(problemsOf(production, probation)).toEqual([]);
  });

  it('scores by the pipeline of the file, but not by one whose time nobody ends', () => {
    const { compute, ...step } = { ...job, command: 'run ${{outputs.evidence}}' };
    const steps = { kind: 'pipeline', compute, steps: { score: step } };
    expect(problemsWith(steps, production, probation)).toEqual([]);
    const published = {
      ...{ kind: 'pipeline-component', component: 'azureml:judge:1', compute, machines: 1 },
      ...{ timeout: 'PT1H', outputs: { evidence: 'report' } },
    };
    expect(problemsWith(published, production, probation)).toEqual([
      expect.stringMatching(/^release\.stages\.1\.evaluation: missing: .* give a job of its own$/),
    ]);
    expect(problemsWith(published, production, { ...probation, evaluation: job })).toEqual([]);
  });

  it.each<[string, readonly object[], RegExp]>([
    [
      'comes before production',
      [probation, production],
      /^release\.stages\.0: .* comes after the stage of kind/,
    ],
    [
      'is there twice',
      [production, probation, { ...probation, stage: 'more' }],
      /^release\.stages\.2: a release has one stage of kind probation; leave this one out$/,
    ],
    [
      'decides by a number taken as it is',
      [production, { ...probation, gates: [{ ...floor, confidence: undefined }] }],
      /^release\.stages\.1\.gates\.0\.confidence: missing: .*set confidence, such as 0\.95$/,
    ],
    [
      'decides by what the job reports',
      [
        production,
        {
          ...probation,
          gates: [{ gate: 'f', kind: 'bound', metric: 'auc', source: 'reported', atLeast: 0.9 }],
        },
      ],
      /^release\.stages\.1\.gates\.0\.confidence: auc is a number the job reports/,
    ],
    [
      'decides by nothing of the version',
      [production, { ...probation, gates: [{ gate: 'rows', kind: 'data', rows: { atLeast: 9 } }] }],
      /^release\.stages\.1\.gates: data gates say nothing of the version/,
    ],
    [
      'has a gate of another task',
      [production, { ...probation, gates: [{ ...floor, metric: 'mae', atLeast: undefined, atMost: 1 }] }],
      /^release\.stages\.1\.gates\.0\.metric: mae is a metric of regression models/,
    ],
    [
      'has a job that names no input',
      [production, { ...probation, evaluation: { ...job, command: `run \${{inputs.dta}}` } }],
      /^release\.stages\.1\.evaluation\.command: .*dta.* names no inputs of evaluation/,
    ],
    [
      'asks for next to no labels',
      [production, { ...probation, until: { labels: 3 } }],
      /^release\.stages\.1\.until\.labels: at least 30/,
    ],
  ])('that %s is refused, with what to do', (_, stages, message) => {
    expect(problemsOf(...stages)).toEqual([expect.stringMatching(message)]);
  });
});
