/**
 * Reads a report of production metrics and finds the breaches of the model file's thresholds.
 *
 * The id of a breach is made from the rule and the window, so a report sent twice asks once.
 */
import { z } from 'zod';
import type { MetricTrigger, PinnedModel } from '../config/schema.ts';
import type { Signal } from '../domain/signal.ts';

const isoTime = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO 8601 time');

export const MetricReportSchema = z.strictObject({
  /** Names the stretch of time the numbers are about; a window reported twice asks once. */
  window: z.string().min(1).max(100),
  observedAt: isoTime,
  /** Rows the numbers were computed over. */
  sample: z.int().min(0),
  metrics: z
    .record(z.string().min(1).max(100), z.number())
    .refine((metrics) => Object.keys(metrics).length > 0, 'expected at least one metric'),
});

export type MetricReport = z.infer<typeof MetricReportSchema>;

export interface Breach {
  readonly rule: string;
  readonly signal: Signal;
}

export function findBreaches(report: MetricReport, { config }: PinnedModel): readonly Breach[] {
  return config.triggers.metrics.flatMap((rule) => {
    const value = Object.hasOwn(report.metrics, rule.metric) ? report.metrics[rule.metric] : undefined;
    if (value === undefined || report.sample < rule.minimumSample || !isBreach(rule, value)) return [];
    const [relation, limit] = rule.below === undefined ? ['above', rule.above] : ['below', rule.below];
    const signal: Signal = {
      id: `metric:${config.model}:${rule.name}:${report.window}`,
      model: config.model,
      kind: 'metric',
      observedAt: new Date(report.observedAt).toISOString(),
      source: 'metrics-api',
      summary: `${rule.metric} ${value.toPrecision(4)} is ${relation} ${limit} (n=${report.sample}, window ${report.window}).`,
      evidence: {
        rule: rule.name,
        metric: rule.metric,
        value,
        limit: limit ?? null,
        sample: report.sample,
        window: report.window,
      },
    };
    return [{ rule: rule.name, signal }];
  });
}

function isBreach(rule: MetricTrigger, value: number): boolean {
  return rule.below === undefined ? value > rule.above! : value < rule.below;
}
