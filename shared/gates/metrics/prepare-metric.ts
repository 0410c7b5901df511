import { parseMetricName } from '../../config/metric-catalog.ts';
import { decisionMetrics } from './decision-metrics.ts';
import type { Measure, PrepareMetric } from './measure.ts';
import { brier, calibrationError, logLoss } from './probability-metrics.ts';
import { rankingMetrics } from './ranking-metrics.ts';
import { pinball, regressionMetrics } from './regression-metrics.ts';

const plain: Readonly<Record<string, PrepareMetric>> = {
  ...decisionMetrics,
  ...rankingMetrics,
  log_loss: logLoss,
  brier,
  ...regressionMetrics,
};

const withParameter: Readonly<Record<string, (parameter: number) => PrepareMetric>> = {
  ece: calibrationError,
  pinball,
};

/** The metric of a catalogued name over these rows; undefined where Ratchet computes none of that name. */
export function prepareMetric(name: string, labels: Float64Array, scores: Float64Array): Measure | undefined {
  const parsed = parseMetricName(name);
  if (!parsed) return undefined;
  const prepare =
    parsed.parameter === null ? plain[parsed.base] : withParameter[parsed.base]?.(parsed.parameter);
  return prepare?.(labels, scores);
}
