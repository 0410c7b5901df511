import { findMetric } from '../config/metric-catalog.ts';
import { cellOf } from './metrics/decision-metrics.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { groupRows, type Rows, weightsOf } from './rows.ts';
import { bootstrap } from './statistics/bootstrap.ts';
import { measureRocAreas } from './statistics/delong.ts';
import { exactProportion } from './statistics/exact-proportion.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';
import { normalInference } from './statistics/normal-inference.ts';
import type { Random } from './statistics/random.ts';

/** Fewer rows than this of what a method learns from give no interval: docs/gates.md says why. */
export const leastTellingRows = 10;

/** What the rows say of the challenger's true value of a metric Ratchet computes. */
export function inferValue(metric: string, rows: Rows, random: Random): Inference | NoInference {
  const cells = Float64Array.from(rows.labels, (label, row) => cellOf(label, rows.challenger[row]!));
  if (rows.weights === null) {
    const share = shareOf(metric, cells);
    if (share) return share;
    if (metric === 'roc_auc') return inferArea(rows);
  }
  const byDecision = findMetric(metric)?.sees === 'decision';
  if (byDecision) {
    const wrong = cells.filter((cell) => cell === 1 || cell === 2).length;
    const fewer = Math.min(wrong, cells.length - wrong);
    if (fewer < leastTellingRows) {
      const which = fewer === wrong ? 'wrong' : 'right';
      return {
        why: `${fewer} rows are decided ${which}, and an interval of ${metric} needs ${leastTellingRows}`,
      };
    }
  }
  const { rows: kinds, counts } =
    byDecision && rows.weights === null
      ? groupRows(rows, (row) => cells[row]!)
      : { rows, counts: new Float64Array(rows.labels.length).fill(1) };
  const measure = prepareMetric(metric, kinds.labels, kinds.challenger);
  if (!measure) return { why: `Ratchet does not compute ${metric}` };
  return bootstrap({ counts, weights: weightsOf(kinds) }, measure, random);
}

/** Metrics that are a share of some of the rows have an exact interval. */
function shareOf(metric: string, cells: Float64Array): Inference | NoInference | undefined {
  const count = [0, 0, 0, 0];
  for (const cell of cells) count[cell]!++;
  const [trueNegative, falsePositive, falseNegative, truePositive] = count as [
    number,
    number,
    number,
    number,
  ];
  const share = (part: number, other: number): Inference | NoInference =>
    part + other > 0
      ? exactProportion(part, part + other)
      : { why: `no row counts for ${metric}: it is undefined` };
  switch (metric) {
    case 'accuracy':
      return share(truePositive + trueNegative, falsePositive + falseNegative);
    case 'precision':
      return share(truePositive, falsePositive);
    case 'recall':
      return share(truePositive, falseNegative);
    case 'false_positive_rate':
      return share(falsePositive, trueNegative);
    case 'false_negative_rate':
      return share(falseNegative, truePositive);
    case 'f1': {
      // F1 = 2j / (1 + j), j the share of true positives among the rows seen or decided 1.
      const j = share(truePositive, falsePositive + falseNegative);
      return 'why' in j
        ? j
        : transformInference(
            j,
            (value) => (2 * value) / (1 + value),
            (value) => value / (2 - value),
            true,
          );
    }
    default:
      return undefined;
  }
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
  const positives = rows.labels.filter((label) => label === 1).length;
  const fewer = Math.min(positives, rows.labels.length - positives);
  return fewer < leastTellingRows
    ? { why: `a class has ${fewer} rows, and DeLong's interval needs ${leastTellingRows}` }
    : undefined;
}
