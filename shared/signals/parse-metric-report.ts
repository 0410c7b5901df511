/**
 * Reads a report of production metrics and judges them by the model file's thresholds.
 *
 * The ids of breaches and recoveries are made from the rule and the window, so a report sent twice asks once.
 */
import { z } from 'zod';
import type { ModelConfig, PinnedModel } from '../config/schema.ts';
import { suggest } from '../config/suggest.ts';
import type { CheckRow } from '../domain/check.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import { judgedCheck, tooFewCheck, unjudgedCheck } from './check-row.ts';
import { type Judgement, type Judgements, judgeValue, partJudgements } from './judge-value.ts';

const isoTime = z
  .string()
  .refine(
    (text) => readIsoTime(text) !== null,
    'expected an ISO 8601 time, such as 2026-03-01T06:00:00Z; one without a zone is in UTC',
  );

export const MetricReportSchema = z
  .strictObject({
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
    /** Standard errors of metrics of the report, by their names: how sure each is, for rules with a confidence. */
    standardErrors: z.record(z.string(), z.number().min(0)).optional(),
  })
  .superRefine(({ metrics, standardErrors = {} }, context) => {
    for (const metric of Object.keys(standardErrors)) {
      if (Object.hasOwn(metrics, metric)) continue;
      const message = `the report has no metric ${metric}${suggest(metric, Object.keys(metrics))}`;
      context.addIssue({ code: 'custom', path: ['standardErrors', metric], message });
    }
  });

type MetricReport = z.infer<typeof MetricReportSchema>;
type MetricTrigger = ModelConfig['triggers']['metrics'][number];

/** What each rule says of a report: judged where its metric is in it and the sample is large enough, and what was found anyhow. */
export function judgeReport(
  report: MetricReport,
  { config }: PinnedModel,
): Judgements & { readonly checks: readonly CheckRow[] } {
  const checked = config.triggers.metrics.map((rule) => checkRule(rule, report, config.model));
  const judgements = checked.flatMap(({ judgement }) => (judgement ? [judgement] : []));
  return { ...partJudgements(judgements), checks: checked.map(({ check }) => check) };
}

function checkRule(
  rule: MetricTrigger,
  report: MetricReport,
  model: string,
): { readonly judgement: Judgement | null; readonly check: CheckRow } {
  const { sample, window } = report;
  const at = readIsoTime(report.observedAt)!;
  const value = Object.hasOwn(report.metrics, rule.metric) ? report.metrics[rule.metric] : undefined;
  const seen = {
    model,
    at,
    kind: 'metric',
    source: 'metrics-api',
    metric: rule.metric,
    sample,
    window,
  } as const;
  if (value === undefined) {
    const sentence = `The report of window ${window} has no ${rule.metric}, but ${list(Object.keys(report.metrics))}.`;
    return { judgement: null, check: unjudgedCheck(rule, seen, 'missing', sentence) };
  }
  if (sample < rule.minimumSample) {
    return { judgement: null, check: tooFewCheck(rule, { ...seen, value }) };
  }
  const { standardErrors = {} } = report;
  const standardError = Object.hasOwn(standardErrors, rule.metric) ? standardErrors[rule.metric]! : null;
  const observed = { what: rule.metric, value, sample, standardError, window, observedAt: at, evidence: {} };
  const judgement = judgeValue(rule, { model, ruleKind: 'metric', source: 'metrics-api', ...observed });
  return {
    judgement,
    check: judgedCheck(rule, { ...seen, value, ...(standardError !== null && { standardError }) }, judgement),
  };
}

const list = (names: readonly string[]): string => names.slice(0, 20).join(', ').slice(0, 300);
