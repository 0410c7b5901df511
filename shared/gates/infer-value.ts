import { findMetric } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { decisionsOf } from './metrics/decision-metrics.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { findShare, isAmong, type Share } from './metrics/shares.ts';
import { inferByResampling } from './resample-metric.ts';
import { type Rows, scoredBy } from './rows.ts';
import { measureRocAreas } from './statistics/delong.ts';
import { exactProportion } from './statistics/exact-proportion.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';
import { normalInference } from './statistics/normal-inference.ts';
import type { Random } from './statistics/random.ts';

/** Fewer rows than this of what a method learns from give no interval: docs/gates.md says why. */
export const leastTellingRows = 10;

/** What the rows say of the challenger's true value of a metric Ratchet computes. */
export function inferValue(metric: string, rows: Rows, random: Random): Inference | NoInference {
  const scored = scoredBy(rows, 'challenger')!;
  if (rows.weights === null) {
    const share = findShare(metric, scored.classes?.names ?? null);
    if (share) return inferShare(metric, share, scored);
    if (metric === 'roc_auc') return inferArea(rows);
  }
  if (findMetric(metric)?.sees === 'decision') {
    const few = tooFewRightOrWrong(metric, scored);
    if (few) return few;
  }
  const prepared = prepareMetric(metric, scored);
  if (!prepared) return { why: `Ratchet does not compute ${metric}` };
  const sample = {
    metrics: [prepared],
    combine: ([value]: readonly number[]) => value!,
    rows: rows.labels.length,
    weights: rows.weights,
  };
  return inferByResampling(sample, random);
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

function tooFewRightOrWrong(metric: string, rows: ScoredRows): NoInference | undefined {
  const decide = decisionsOf(rows);
  let right = 0;
  for (let row = 0; row < rows.labels.length; row++) if (rows.labels[row] === decide(row)) right++;
  const wrong = rows.labels.length - right;
  const fewer = Math.min(right, wrong);
  if (fewer >= leastTellingRows) return undefined;
  const which = fewer === wrong ? 'wrong' : 'right';
  return {
    why: `${counted(fewer, 'row')} ${fewer === 1 ? 'is' : 'are'} decided ${which}, and an interval of ${metric} needs ${leastTellingRows}`,
  };
}

function inferArea(rows: Rows): Inference | NoInference {
  const few = tooFewOfAClass(rows);
  if (few) return few;
  const { areas, covariance } = measureRocAreas(rows.labels, [rows.challenger]);
  const variance = covariance(0, 0);
  if (!(variance > 0)) return { why: 'the classes are told apart without a fault: there is no variation' };
  return normalInference('DeLong interval', areas[0]!, Math.sqrt(variance));
}

export function tooFewOfAClass(rows: Rows): NoInference | undefined {
  const positives = rows.labels.reduce((sum, label) => sum + label, 0);
  const fewer = Math.min(positives, rows.labels.length - positives);
  return fewer < leastTellingRows
    ? { why: `a class has ${counted(fewer, 'row')}, and DeLong's interval needs ${leastTellingRows}` }
    : undefined;
}
