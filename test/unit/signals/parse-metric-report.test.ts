import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { findBreaches, MetricReportSchema } from '../../../shared/signals/parse-metric-report.ts';

const parsed = parseModelFile('m.yaml', readFileSync('models/spam-filter.yaml', 'utf8'));
if (!('model' in parsed)) throw new Error('the sample model file is broken');
const spamFilter = parsed.model;

const report = (metrics: Record<string, number>, sample = 200) =>
  MetricReportSchema.parse({ window: 'w1', observedAt: '2002-09-01T00:00:00Z', sample, metrics });

describe('findBreaches', () => {
  it('finds each threshold that is crossed, with its numbers', () => {
    const breaches = findBreaches(report({ accuracy: 0.5, false_positive_rate: 0.9 }), spamFilter);
    expect(breaches.map(({ signal }) => [signal.id, signal.summary.split(' (')[0]])).toEqual([
      ['metric:spam-filter:accuracy-low:w1', expect.stringMatching(/^accuracy 0\.5000 is below /)],
      ['metric:spam-filter:false-alarms:w1', expect.stringMatching(/^false_positive_rate 0\.9000 is above /)],
    ]);
  });

  it('finds none in good numbers, in metrics without a rule, or in too small a sample', () => {
    expect(findBreaches(report({ accuracy: 0.999, false_positive_rate: 0 }), spamFilter)).toEqual([]);
    expect(findBreaches(report({ toString: 0, latency: 9 }), spamFilter)).toEqual([]);
    expect(findBreaches(report({ accuracy: 0.1 }, 1), spamFilter)).toEqual([]);
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
