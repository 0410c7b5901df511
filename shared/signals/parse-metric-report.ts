/**
 * Reads a report of production metrics and judges them by the model file's thresholds.
 *
 * The ids of breaches and recoveries are made from the rule and the window, so a report sent twice asks once.
 */
import { z } from 'zod';
import type { PinnedModel } from '../config/schema.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import { type Judgements, judgeValue, partJudgements } from './judge-value.ts';

const isoTime = z
  .string()
  .refine(
    (text) => readIsoTime(text) !== null,
    'expected an ISO 8601 time, such as 2026-03-01T06:00:00Z; one without a zone is in UTC',
  );

export const MetricReportSchema = z.strictObject({
  /** Names the stretch of time the numbers are about; a window reported twice asks once. */
  window: z.string().min(1).max(100),
  observedAt: isoTime,
  /** Rows the numbers were computed over. */
  sample: z.int().min(0),
  metrics: z
    .record(
      z
        .string()
        .min(1, 'the name of a metric is not empty')
        .max(100, 'the name of a metric: 100 characters at most'),
      z.number(),
    )
    .refine((metrics) => Object.keys(metrics).length > 0, 'expected at least one metric'),
});

type MetricReport = z.infer<typeof MetricReportSchema>;

/** Judges each rule whose metric is in the report and whose sample is large enough. */
export function judgeReport(report: MetricReport, { config }: PinnedModel): Judgements {
  const judgements = config.triggers.metrics.flatMap((rule) => {
    const value = Object.hasOwn(report.metrics, rule.metric) ? report.metrics[rule.metric] : undefined;
    if (value === undefined || report.sample < rule.minimumSample) return [];
    return [
      judgeValue(rule, {
        model: config.model,
        ruleKind: 'metric',
        source: 'metrics-api',
        what: rule.metric,
        value,
        sample: report.sample,
        window: report.window,
        observedAt: readIsoTime(report.observedAt),
        evidence: {},
      }),
    ];
  });
  return partJudgements(judgements);
}
