import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { judgeReport, MetricReportSchema } from '../../../shared/signals/parse-metric-report.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const modelOf = (text: string) => {
  const parsed = parseModelFile('m.yaml', text);
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
};
const spamFilter = modelOf(sample);

const report = (metrics: Record<string, number>, sample = 200) =>
  MetricReportSchema.parse({ window: 'w1', observedAt: '2002-09-01T00:00:00Z', sample, metrics });

describe('judgeReport', () => {
  it('finds each threshold that is crossed, with its numbers', () => {
    const { breaches } = judgeReport(report({ accuracy: 0.5, false_positive_rate: 0.9 }), spamFilter);
    expect(breaches.map(({ signal }) => [signal.id, signal.cause, signal.summary.split(' (')[0]])).toEqual([
      [
        'metric:spam-filter:accuracy-low:w1',
        'metric:accuracy-low',
        expect.stringMatching(/^accuracy 0\.5000 is below /),
      ],
      [
        'metric:spam-filter:false-alarms:w1',
        'metric:false-alarms',
        expect.stringMatching(/^false_positive_rate 0\.9000 is above /),
      ],
    ]);
    expect(breaches[0]!.signal).not.toHaveProperty('persistence');
  });

  it('takes a good value for a recovery from the same cause', () => {
    const { breaches, recoveries } = judgeReport(report({ accuracy: 0.999 }), spamFilter);
    expect(breaches).toEqual([]);
    expect(recoveries).toEqual([
      {
        rule: 'accuracy-low',
        recovery: {
          id: 'recovery:spam-filter:metric:accuracy-low:w1',
          model: 'spam-filter',
          cause: 'metric:accuracy-low',
          observedAt: '2002-09-01T00:00:00.000Z',
          source: 'metrics-api',
          summary: expect.stringMatching(/^accuracy 0\.9990 is not below 0\.\d+ \(n=200, window w1\)\.$/),
        },
      },
    ]);
  });

  it('says nothing of metrics without a rule, or of too small a sample', () => {
    const nothing = { breaches: [], recoveries: [] };
    expect(judgeReport(report({ toString: 0, latency: 9 }), spamFilter)).toMatchObject(nothing);
    expect(judgeReport(report({ accuracy: 0.1 }, 1), spamFilter)).toMatchObject(nothing);
    expect(judgeReport(report({ accuracy: 0.999 }, 1), spamFilter)).toMatchObject(nothing);
  });

  it('leaves one check for each rule, those that found nothing included', () => {
    const rules = spamFilter.config.triggers.metrics.length;
    const checkOf = (metrics: Record<string, number>, sample?: number) => {
      const { checks } = judgeReport(report(metrics, sample), spamFilter);
      expect(checks).toHaveLength(rules);
      return checks.find(({ rule }) => rule === 'accuracy-low');
    };
    expect(checkOf({ accuracy: 0.5 })).toMatchObject({
      verdict: 'breached',
      value: 0.5,
      limit: { side: 'below' },
    });
    expect(checkOf({ accuracy: 0.999 })).toMatchObject({ verdict: 'fine', value: 0.999, signalId: null });
    expect(checkOf({ accuracy: 0.5 }, 1)).toMatchObject({ verdict: 'too-few', value: 0.5, sample: 1 });
    expect(checkOf({ latency: 9 })).toMatchObject({
      ...{ verdict: 'missing', value: null, metric: 'accuracy' },
      sentence: expect.stringMatching(/has no accuracy, but latency\.$/),
    });
  });

  it('carries how many windows must be bad', () => {
    const text = sample.replace(/( {4}- name: accuracy-low\n)/, '$1      breaches: 2\n      windows: 3\n');
    const patient = modelOf(text);
    const [breach] = judgeReport(report({ accuracy: 0.5 }), patient).breaches;
    expect(breach?.signal.persistence).toEqual({ breaches: 2, of: 3 });
  });
});

describe('MetricReportSchema', () => {
  it.each([
    ['NaN', { metrics: { accuracy: Number.NaN } }],
    ['no metric', { metrics: {} }],
    ['an unknown field', { extra: 1 }],
    ['a broken time', { observedAt: 'yesterday-ish' }],
    ['a negative sample', { sample: -1 }],
  ])('refuses %s', (_name, over) => {
    const good = { window: 'w', observedAt: '2002-09-01T00:00:00Z', sample: 5, metrics: { accuracy: 1 } };
    expect(MetricReportSchema.safeParse(good).success).toBe(true);
    expect(MetricReportSchema.safeParse({ ...good, ...over }).success).toBe(false);
  });
});

describe('a rule with a confidence', () => {
  const sure = modelOf(
    sample
      .replace(/(metric: accuracy\n)/, '$1      confidence: 0.95\n')
      .replace(/below: 0\.\d+/, 'below: 0.9'),
  );
  const judge = (report: object) =>
    judgeReport(
      MetricReportSchema.parse({ window: 'w1', observedAt: '2002-09-01T00:00:00Z', sample: 100, ...report }),
      sure,
    );

  it('says how sure the breach is, and leaves a check of it', () => {
    const { breaches, checks } = judge({ metrics: { accuracy: 0.8 } });
    expect(breaches[0]!.signal).toMatchObject({
      summary:
        'accuracy 0.8000 is below 0.9, and the true value is at most 0.8633 with confidence 0.95 (n=100, window w1).',
      test: { p: expect.closeTo(0.0019786, 6), alpha: 0.05, evidence: expect.any(Array) },
      evidence: { confidence: 0.95, bound: expect.closeTo(0.8633, 4) },
    });
    expect(checks.find(({ rule }) => rule === 'accuracy-low')).toMatchObject({ verdict: 'breached' });
  });

  it('says that a value may lie on the good side', () => {
    const { breaches, checks } = judge({ metrics: { accuracy: 0.87 } });
    expect(breaches[0]!.signal.summary).toBe(
      'accuracy 0.8700 is below 0.9, but the true value may be 0.9214 with confidence 0.95 (n=100, window w1).',
    );
    expect(checks[0]).toMatchObject({ verdict: 'inconclusive', signalId: breaches[0]!.signal.id });
  });

  it('takes the reported standard error rather than the sample, and keeps it', () => {
    const { breaches, checks } = judge({ metrics: { accuracy: 0.87 }, standardErrors: { accuracy: 0.001 } });
    expect(breaches[0]!.signal.test).toMatchObject({ p: expect.closeTo(0, 9), alpha: 0.05 });
    expect(breaches[0]!.signal.evidence).toMatchObject({ standardError: 0.001 });
    expect(checks[0]).toMatchObject({ verdict: 'breached', standardError: 0.001 });
  });

  it('has the good windows counted as tests', () => {
    expect(judge({ metrics: { accuracy: 0.99 } }).recoveries[0]!.recovery.evidence).toHaveLength(4);
    // A value that has no interval speaks neither for nor against.
    const unknown = modelOf(sample.replace('metric: accuracy\n', 'metric: recall\n      confidence: 0.95\n'));
    const report = { window: 'w1', observedAt: '2002-09-01T00:00:00Z', sample: 100, metrics: { recall: 1 } };
    const { recoveries } = judgeReport(MetricReportSchema.parse(report), unknown);
    expect(recoveries[0]!.recovery).not.toHaveProperty('evidence');
  });

  it('takes standard errors of metrics that are in the report', () => {
    const parsed = MetricReportSchema.safeParse({
      ...{ window: 'w', observedAt: '2002-09-01T00:00:00Z', sample: 5 },
      ...{ metrics: { accuracy: 1 }, standardErrors: { acuracy: 0.1 } },
    });
    expect(parsed.error?.issues).toMatchObject([
      {
        path: ['standardErrors', 'acuracy'],
        message: 'the report has no metric acuracy; did you mean "accuracy"?',
      },
    ]);
  });
});
