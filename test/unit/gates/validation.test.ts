import { describe, expect, it } from 'vitest';
import { GatesSchema, reservedColumns } from '../../../shared/config/gate-schema.ts';
import { parseModelFile } from '../../../shared/config/load.ts';

const bound = { gate: 'g', kind: 'bound', metric: 'accuracy', atLeast: 0.9 };
const comparison = { gate: 'g', kind: 'against-champion', metric: 'accuracy' };

function problemsOf(...gates: object[]): string[] {
  const result = GatesSchema.safeParse(gates);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('gates of a model file', () => {
  it('fill in what is not said', () => {
    expect(GatesSchema.parse([comparison])).toEqual([
      {
        ...comparison,
        severity: 'block',
        rule: 'non-inferiority',
        margin: 0,
        marginIs: 'absolute',
        confidence: 0.95,
        minimumRows: 30,
      },
    ]);
  });

  it.each<[string, object, string]>([
    [
      'a bound on the wrong side',
      { ...bound, atLeast: undefined, atMost: 0.9 },
      '0.atMost: accuracy is better when higher: atMost would pass the bad ones; did you mean atLeast?',
    ],
    [
      'the other wrong side',
      { ...bound, metric: 'brier' },
      '0.atLeast: brier is better when lower: atLeast would pass the bad ones; did you mean atMost?',
    ],
    [
      'a bound no value can meet',
      { ...bound, atLeast: 90 },
      '0.atLeast: accuracy has values from 0 to 1, never 90; did you mean 0.9?',
    ],
    ['no bound', { ...bound, atLeast: undefined }, '0: give exactly one of atLeast and atMost'],
    [
      'an impossible confidence',
      { ...bound, confidence: 95 },
      '0.confidence: a confidence above 0.5 and at most 0.999, such as 0.95 (95 as a share is 0.95)',
    ],
    [
      'a certainty',
      { ...comparison, confidence: 1 },
      '0.confidence: a confidence above 0.5 and at most 0.999, such as 0.95 (95 as a share is 0.95)',
    ],
    [
      'an unknown metric to compare',
      { ...comparison, metric: 'acuracy' },
      '0.metric: Ratchet does not compute acuracy; did you mean "accuracy"?; to compare a metric that the job reports, say which way is better: set better',
    ],
    [
      'a direction that contradicts the metric',
      { ...comparison, better: 'lower' },
      '0.better: accuracy is better when higher; leave better out',
    ],
    [
      'an unknown metric to compute',
      { ...bound, metric: 'roc_acu', source: 'predictions' },
      '0.metric: Ratchet does not compute roc_acu from predictions; did you mean "roc_auc"?',
    ],
    [
      'a name that is nearly one of ours',
      { ...bound, metric: 'acuracy' },
      '0.metric: Ratchet does not compute acuracy; did you mean "accuracy"?; for a metric that the job reports, set source: reported',
    ],
    [
      'a confidence without rows',
      { ...bound, metric: 'latency_ms', confidence: 0.9 },
      '0.confidence: latency_ms is a number the job reports: without rows it has no interval; leave confidence out',
    ],
    [
      'slices without rows',
      { ...comparison, metric: 'latency_ms', better: 'lower', slices: { by: 'source' } },
      '0.slices: latency_ms is a number the job reports: it has no rows to slice',
    ],
    [
      'slices without a confidence',
      { ...bound, slices: { by: 'source' } },
      '0.slices: slices are judged by intervals; set confidence, such as 0.95',
    ],
    ['a negative margin', { ...comparison, margin: -0.1 }, '0.margin: Too small: expected number to be >=0'],
    [
      'only gates that do not decide',
      { ...bound, severity: 'record' },
      ': no gate decides; give at least one severity: block',
    ],
  ])('are refused for %s', (_what, gate, problem) => {
    expect(problemsOf(gate)).toEqual([problem]);
  });

  it.each([
    ['auc', 'roc_auc'],
    ['AUROC', 'roc_auc'],
    ['roc_auc_score', 'roc_auc'],
    ['acc', 'accuracy'],
    ['mse', 'rmse'],
    ['f1_score', 'f1'],
    ['logloss', 'log_loss'],
    ['average_precision', 'pr_auc'],
    ['mean-absolute-error', 'mae'],
    ['macro_f1', 'f1_macro'],
  ])(
    'are refused for a metric under the name %s, which is %s here, unless the job reports it',
    (metric, ours) => {
      const gate = { ...bound, metric, atLeast: undefined, atMost: 0.5 };
      expect(problemsOf(gate)).toEqual([
        `0.metric: Ratchet does not compute ${metric}; did you mean "${ours}"?; for a metric that the job reports, set source: reported`,
      ]);
      expect(problemsOf({ ...gate, source: 'reported' })).toEqual([]);
      expect(problemsOf({ ...gate, source: 'predictions' })[0]).toContain(`did you mean "${ours}"?`);
    },
  );

  it.each(reservedColumns)('are refused for slices by the column %s', (by) => {
    expect(problemsOf({ ...comparison, slices: { by } })).toEqual([
      `0.slices.by: the column ${by} has a meaning of its own; slice by another than id, label, challenger, champion, weight`,
    ]);
  });

  it('take a name near one of ours where the file says that it is reported', () => {
    expect(problemsOf({ ...bound, metric: 'mse', source: 'reported' })).toEqual([]);
  });

  it('are refused for two of one name', () => {
    expect(problemsOf(bound, comparison)).toEqual(['1.gate: a second gate named g']);
  });

  it('are refused for a metric of another task, with the line', () => {
    const text = `model: m
data: { path: m/ }
training: &job { command: a, code: 'azureml:a:1', environment: 'azureml:e:1', compute: c }
evaluation: *job
gates:
  - { gate: error, kind: bound, metric: mae, atMost: 2 }
release: { stages: [{ stage: s, channel: event-grid }] }
`;
    expect(parseModelFile('m.yaml', text)).toEqual({
      problems: [
        {
          file: 'm.yaml',
          line: 6,
          path: 'gates.0.metric',
          message: "mae is a metric of regression models, and this one's task is binary",
        },
      ],
    });
    expect(parseModelFile('m.yaml', text.replace('model: m', 'model: m\ntask: regression'))).toHaveProperty(
      'model',
    );
  });
});
