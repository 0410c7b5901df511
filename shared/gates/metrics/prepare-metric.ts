import { parseMetricName } from '../../config/metric-catalog.ts';
import { precisionAt, recallAtFalsePositives } from './cut-metrics.ts';
import { classMetrics, plainDecisionMetrics } from './decision-metrics.ts';
import { expectedCost } from './expected-cost.ts';
import { intervalCoverage, intervalCoverageError, intervalScore } from './interval-metrics.ts';
import type { Metric, PrepareMetric, ScoredRows } from './measure.ts';
import { brier, calibrationError, logLoss } from './probability-metrics.ts';
import { rankingMetrics, rocAucOneVsRest } from './ranking-metrics.ts';
import { calibrationIntercept, calibrationSlope } from './recalibration.ts';
import { coverageError, pinball, regressionMetrics } from './regression-metrics.ts';
import { meanErrorTrimmed } from './robust-metrics.ts';

const plain: Readonly<Record<string, PrepareMetric>> = {
  ...plainDecisionMetrics,
  expected_cost: expectedCost,
  ...rankingMetrics,
  roc_auc_ovr: rocAucOneVsRest,
  log_loss: logLoss,
  brier,
  calibration_slope: calibrationSlope,
  calibration_intercept: calibrationIntercept,
  ...regressionMetrics,
  interval_coverage: intervalCoverage,
};

const withParameter: Readonly<Record<string, (parameter: number) => PrepareMetric>> = {
  ece: calibrationError,
  pinball,
  coverage_error: coverageError,
  interval_coverage_error: intervalCoverageError,
  interval_score: intervalScore,
  mae_trimmed: meanErrorTrimmed,
  recall_at_fpr: recallAtFalsePositives,
  precision_at: precisionAt,
};

/**
 * The metric of a catalogued name over these rows; null where Ratchet computes none of that name, or the rows are not
 * what it is about: a class they do not have, probabilities they do not give.
 */
export function prepareMetric(name: string, rows: ScoredRows): Metric | null {
  const parsed = parseMetricName(name);
  if (!parsed) return null;
  const { base, parameter, className } = parsed;
  const prepare =
    className !== null
      ? classMetrics[base]?.(className)
      : parameter === null
        ? plain[base]
        : withParameter[base]?.(parameter);
  return prepare?.(rows) ?? null;
}
