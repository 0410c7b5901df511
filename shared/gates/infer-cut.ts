/** What rows say of a share beyond a cut that they make themselves, and of a gain in it. */
import { parseMetricName } from '../config/metric-catalog.ts';
import { hitsBefore, hitsWithin, keptOf, tiesOf, totalsOf } from './metrics/cut-metrics.ts';
import type { ScoredRows } from './metrics/measure.ts';
import type { Rows } from './rows.ts';
import { type CutSide, inferCut, inferCutGain } from './statistics/cut-inference.ts';
import type { Inference, NoInference } from './statistics/inference.ts';

/** `isRecall`: of class 1, where the cut is made by class 0. */
interface CutMetric {
  readonly isRecall: boolean;
  readonly parameter: number;
}

export function findCut(metric: string): CutMetric | null {
  const parsed = parseMetricName(metric);
  if (parsed?.base !== 'recall_at_fpr' && parsed?.base !== 'precision_at') return null;
  return { isRecall: parsed.base === 'recall_at_fpr', parameter: parsed.parameter! };
}

export function inferCutValue(metric: string, cut: CutMetric, scored: ScoredRows, rows: Rows) {
  const without = findNone(metric, rows);
  if (without) return without;
  const side = sideOf(cut, scored);
  return side ? inferCut(side) : undefinedCut(metric);
}

export function inferCutDifference(
  metric: string,
  cut: CutMetric,
  [ours, theirs]: readonly [ScoredRows, ScoredRows],
  rows: Rows,
  factor: number,
): Inference | NoInference {
  const without = findNone(metric, rows);
  if (without) return without;
  const [mine, other] = [sideOf(cut, ours), sideOf(cut, theirs)];
  if (!mine || !other) return undefinedCut(metric);
  const parts = [partsOf(cut, ours, mine), partsOf(cut, theirs, other)] as const;
  return inferCutGain(mine, other, correlate(...parts), factor);
}

const undefinedCut = (metric: string): NoInference => ({ why: `${metric} is undefined in these rows` });

function findNone(metric: string, { weights, dependence }: Rows): NoInference | null {
  if (weights) return { why: `rows have weights, and ${metric} of such has none` };
  if (!dependence) return null;
  return { why: `the rows depend on each other, and ${metric} of such has none` };
}

function sideOf({ isRecall, parameter }: CutMetric, { labels, scores }: ScoredRows): CutSide | null {
  const ties = tiesOf(labels, scores);
  const [positives, negatives] = totalsOf(ties);
  if (isRecall) {
    if (positives === 0 || negatives === 0) return null;
    return {
      estimate: hitsBefore(ties, parameter * negatives) / positives,
      rows: negatives,
      share: parameter,
      // Those above the last that must pass, and those above the first that cannot.
      beyond: (count, bound) => {
        const passing = bound === 'least' ? count - 1 : count;
        return { successes: passing < 0 ? 0 : hitsBefore(ties, passing), trials: positives };
      },
    };
  }
  const rows = positives + negatives;
  const kept = keptOf(parameter, rows);
  if (kept === null) return null;
  return {
    estimate: hitsWithin(ties, kept) / kept,
    rows,
    share: kept / rows,
    beyond: (count) => ({ successes: hitsWithin(ties, count), trials: count }),
  };
}

/** What each row adds to the share beyond the cut, and to where the cut lies. */
interface Parts {
  readonly ofShare: Float64Array;
  readonly ofCut: Float64Array;
  /** How far either moves the value by one standard deviation. */
  readonly shareMoves: number;
  readonly cutMoves: number;
}

function partsOf({ isRecall }: CutMetric, { labels, scores }: ScoredRows, side: CutSide): Parts {
  const { estimate, rows, share, beyond } = side;
  const count = Math.floor(rows * share);
  const threshold = thresholdOf(scores, labels, isRecall ? 0 : null, count);
  const ofShare = new Float64Array(labels.length);
  const ofCut = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const isBeyond = scores[row]! >= threshold;
    if (isRecall ? labels[row] === 1 : isBeyond) {
      ofShare[row] = (isRecall ? Number(isBeyond) : labels[row]!) - estimate;
    }
    if (!isRecall || labels[row] === 0) ofCut[row] = Number(isBeyond) - share;
  }
  const deviation = Math.sqrt(rows * share * (1 - share));
  const valueAt = (moved: number): number => {
    const { successes, trials } = beyond(
      Math.min(rows, Math.max(0, Math.round(rows * share + moved))),
      'most',
    );
    return trials > 0 ? successes / trials : estimate;
  };
  const { trials } = beyond(count, 'most');
  return {
    ofShare,
    ofCut,
    shareMoves: Math.sqrt((estimate * (1 - estimate)) / Math.max(1, trials)),
    cutMoves: (valueAt(deviation) - valueAt(-deviation)) / 2,
  };
}

/** The score from which on so many rows of the class, or of all, lie beyond the cut, nearly. */
function thresholdOf(scores: Float64Array, labels: Float64Array, of: number | null, count: number): number {
  const sorted = scores.filter((_, row) => of === null || labels[row] === of).sort();
  return sorted[Math.max(0, sorted.length - Math.max(1, count))]!;
}

/** Of the errors of both values, by what rows add to them: each part as much as it moves the values. */
function correlate(ours: Parts, theirs: Parts): number {
  const shared =
    ours.shareMoves * theirs.shareMoves * alike(ours.ofShare, theirs.ofShare) +
    ours.cutMoves * theirs.cutMoves * alike(ours.ofCut, theirs.ofCut);
  const [mine, other] = [ours, theirs].map(({ shareMoves, cutMoves }) => Math.hypot(shareMoves, cutMoves));
  const found = shared / (mine! * other!);
  return Number.isFinite(found) ? Math.min(1, Math.max(-1, found)) : 0;
}

/** Correlation of two columns around 0, as if one row more of either stood alone: what was not seen may differ. */
function alike(ours: Float64Array, theirs: Float64Array): number {
  let [products, mine, other, most, mostOther] = [0, 0, 0, 0, 0];
  for (let row = 0; row < ours.length; row++) {
    const [a, b] = [ours[row]!, theirs[row]!];
    products += a * b;
    mine += a * a;
    other += b * b;
    most = Math.max(most, a * a);
    mostOther = Math.max(mostOther, b * b);
  }
  return products / Math.sqrt((mine + most) * (other + mostOther)) || 0;
}
