import { findMetric, isOfAnySize, parseMetricName } from '../config/metric-catalog.ts';
import { computeMetric } from './compute-metric.ts';
import { findFewOutside, outsideOf } from './find-few-outside.ts';
import { findSmallClass } from './find-small-class.ts';
import { countBeyondEdge, findUnsureEdge } from './find-unsure-edge.ts';
import { inferAveragePrecision } from './infer-average-precision.ts';
import { calibrationOf, inferCalibration } from './infer-calibration.ts';
import { findCut, inferCutValue } from './infer-cut.ts';
import { dependentMedian, inferMedianError } from './infer-median.ts';
import { inferRecalibration, isRecalibration } from './infer-recalibration.ts';
import { decisionsOf } from './metrics/decision-rule.ts';
import { coveredBy } from './metrics/interval-metrics.ts';
import type { Extremes, Metric, ScoredRows } from './metrics/measure.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { isCovered } from './metrics/regression-metrics.ts';
import { findShare, isAmong, type Share } from './metrics/shares.ts';
import { findNoneWithPriors } from './priors.ts';
import { type Rows, scoredBy } from './rows.ts';
import { exactProportion } from './statistics/exact-proportion.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';
import { findOneClass, inferFromInfluences, inferFromRatio } from './units.ts';
import { areaRange, isArea, worstPlacements } from './worst-placements.ts';

/** What the rows say of the challenger's true value of a metric Ratchet computes. */
export function inferValue(metric: string, rows: Rows): Inference | NoInference {
  const inferred = inferAnyValue(metric, rows);
  const kind = findMetric(metric);
  if ('why' in inferred || !kind) return inferred;
  const clamp = (end: number): number => Math.min(kind.highest, Math.max(kind.lowest, end));
  return {
    ...inferred,
    interval: (confidence) => {
      const { low, high } = inferred.interval(confidence);
      return { low: clamp(low), high: clamp(high) };
    },
  };
}

function inferAnyValue(metric: string, rows: Rows): Inference | NoInference {
  const scored = scoredBy(rows, 'challenger')!;
  const share = findShare(metric, scored.classes?.names ?? null);
  if (share && rows.weights === null && !rows.dependence) return inferShare(metric, share, scored);
  const coverage = rows.weights === null && !rows.dependence && inferCoverage(metric, scored);
  if (coverage) return coverage;
  if (metric === 'median_absolute_error')
    return rows.dependence ? dependentMedian : inferMedianError(scored, rows.weights);
  const none = findNoneWithPriors(metric, rows);
  if (none) return none;
  const cut = findCut(metric);
  if (cut) return inferCutValue(metric, cut, scored, rows);
  if (isRecalibration(metric)) return inferRecalibration(metric, scored, rows);
  const prepared = findMetric(metric) && prepareMetric(metric, scored);
  const value = prepared ? computeMetric(rows, 'challenger', metric) : null;
  if (!prepared || value === null) return { why: `${metric} is undefined in these rows` };
  const alone = findOneClass(rows);
  if (alone) return alone;
  const small = prepared.ofEachClass
    ? findSmallClass(metric, rows)
    : (findUnsureEdge(metric, rows) ?? findFewOutside(metric, rows, false));
  if (small) return inferBounded(prepared, rows) ?? small;
  const [extremes, ofAnySize] = [extremesOf(prepared, rows), isOfAnySize(metric)];
  if (prepared.kind === 'sums' && prepared.ratioOf && ((share && !rows.classWeights) || !extremes))
    return inferFromRatio(prepared, rows, {
      isShare: share !== undefined,
      ofAnySize,
      isCostly: outsideOf(metric, scored),
    });
  const influences = prepared.influences(rows.weights);
  const bins = binsOf(metric);
  if (prepared.kind === 'ranks' && metric === 'pr_auc') return inferAveragePrecision(prepared, value!, rows);
  return bins === null
    ? inferFromInfluences(value!, influences, rows, {
        extremes,
        ofAnySize,
        possible: isArea(metric) ? worstPlacements(value!, areaRange, rows) : undefined,
        beyondEdge: countBeyondEdge(metric, rows),
      })
    : inferCalibration(calibrationOf(bins, scored, { value: value!, influences }, rows), rows);
}

/** By the worst row there can be, where one is known: then nothing hangs on how many rows of a class were seen. */
function inferBounded(prepared: Metric, rows: Rows): Inference | NoInference | null {
  if (prepared.kind !== 'sums' || !prepared.range || rows.weights || rows.dependence) return null;
  return inferFromRatio(prepared, rows, { ofAnySize: false, bounded: true });
}

/** What a row could add at all, of a metric of decisions; unknown where nobody knows what it could count. */
export function extremesOf(metric: Metric, { weights, classWeights }: Rows): Extremes | undefined {
  if (metric.kind !== 'sums' || (weights && !classWeights)) return undefined;
  const extremes = metric.extremes?.(weights);
  if (!extremes || !classWeights) return extremes;
  const weigh = (values: Float64Array): Float64Array => values.map((value, of) => value * classWeights[of]!);
  return { least: weigh(extremes.least), greatest: weigh(extremes.greatest) };
}

/** How many bins a calibration error has; null where the metric is none. */
export function binsOf(metric: string): number | null {
  const parsed = parseMetricName(metric);
  return parsed?.base === 'ece' ? parsed.parameter : null;
}

/** So has the share of labels within a forecast, less a number. */
function inferCoverage(metric: string, scored: ScoredRows): Inference | null {
  const { labels } = scored;
  const isWithin = findCoverage(metric, scored);
  if (!isWithin || labels.length === 0) return null;
  const nominal = metric === 'interval_coverage' ? 0 : parseMetricName(metric)!.parameter!;
  let covered = 0;
  for (let row = 0; row < labels.length; row++) if (isWithin(row)) covered++;
  return transformInference(
    exactProportion(covered, labels.length),
    (share) => share - nominal,
    (error) => error + nominal,
    true,
  );
}

/** Whether a row's label is within what is predicted, of a metric that is the share of such, less a number or not; null for others. */
export function findCoverage(metric: string, scored: ScoredRows): ((row: number) => boolean) | null {
  switch (parseMetricName(metric)?.base) {
    case 'coverage_error':
      return (row) => isCovered(scored.labels[row]!, scored.scores[row]!);
    case 'interval_coverage':
    case 'interval_coverage_error':
      return coveredBy(scored);
    default:
      return null;
  }
}

/** A share of rows has an exact interval. */
function inferShare(metric: string, share: Share, rows: ScoredRows): Inference | NoInference {
  const decide = decisionsOf(rows);
  let [right, counted] = [0, 0];
  for (let row = 0; row < rows.labels.length; row++) {
    const [label, decision] = [rows.labels[row]!, decide(row)];
    if (!isAmong(share, label, decision)) continue;
    counted++;
    if (label === decision) right++;
  }
  if (counted === 0) return { why: `no row counts for ${metric}: it is undefined` };
  const exact = exactProportion(share.wrong ? counted - right : right, counted);
  if (share.among !== 'either') return exact;
  // F1 = 2j / (1 + j), j the share of right ones among the rows seen or decided to be of the class.
  return transformInference(
    exact,
    (value) => (2 * value) / (1 + value),
    (value) => value / (2 - value),
    true,
  );
}
