/**
 * How the log odds of scores would have to be changed to fit the labels: logistic recalibration (Cox, Biometrika 45, 1958;
 * Miller, Langefeld, Tierney, Hui and McDonald, Medical Decision Making 13, 1993).
 */
import { finite, type PrepareMetric, type RankMetric, type ScoredRows } from './measure.ts';

/** Log odds of a score; one of exactly 0 or 1 counts as far from it as in `log_loss`. */
function logOdds(score: number): number {
  const clipped = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
  return Math.log(clipped) - Math.log1p(-clipped);
}

/**
 * The factor of the log odds in a logistic regression of the labels on them: 1 where they are calibrated, below 1 where
 * scores are surer than they should be. Undefined where the classes do not overlap: any factor is too small then.
 */
export const calibrationSlope: PrepareMetric = ({ labels, scores }) => {
  const odds = scores.map(logOdds);
  return fitted(labels, odds, (weights) => {
    const fit = overlap(labels, odds, weights) ? fitLine(labels, odds, weights) : null;
    return fit && { value: fit.slope, intercept: fit.intercept, slope: fit.slope, ofSlope: true };
  });
};

/**
 * What must be added to all log odds for the mean score to be the share of class 1, their factor being 1: calibration in
 * the large, above 0 where scores are too low (Van Calster and others, BMC Medicine 17, 2019). Undefined where a class has no rows.
 */
export const calibrationIntercept: PrepareMetric = ({ labels, scores }) => {
  const odds = scores.map(logOdds);
  return fitted(labels, odds, (weights) => {
    const intercept = fitIntercept({ labels, odds, weights });
    return intercept === null ? null : { value: intercept, intercept, slope: 1, ofSlope: false };
  });
};

interface Fit {
  readonly value: number;
  readonly intercept: number;
  readonly slope: number;
  readonly ofSlope: boolean;
}

function fitted(
  labels: Float64Array,
  odds: Float64Array,
  fitUnder: (weights: Float64Array | null) => Fit | null,
): RankMetric {
  return {
    kind: 'ranks',
    ofEachClass: true,
    measure: (weights) => finite(fitUnder(weights)?.value ?? Number.NaN),
    influences: (weights) => {
      const { intercept, slope, ofSlope } = fitUnder(weights)!;
      const { information, centre, spread } = sumRows({ labels, odds, weights }, intercept, slope);
      return labels.map((label, row) => {
        const weight = weights ? weights[row]! : 1;
        const residual = weight * (label - logistic(intercept + slope * odds[row]!));
        return ofSlope ? (residual * (odds[row]! - centre)) / spread : residual / information;
      });
    },
  };
}

const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds));

/** Whether neither class lies beyond the other as a whole. */
function overlap(labels: Float64Array, odds: Float64Array, weights: Float64Array | null): boolean {
  const [least, greatest] = [
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ];
  for (let row = 0; row < labels.length; row++) {
    if (weights && weights[row] === 0) continue;
    const label = labels[row]!;
    least[label] = Math.min(least[label]!, odds[row]!);
    greatest[label] = Math.max(greatest[label]!, odds[row]!);
  }
  return greatest[0]! > least[1]! && greatest[1]! > least[0]!;
}

const mostSteps = 200;
/** After Newton's step of this size the next one is its square, as no log odds are beyond 37. */
const lastStep = 1e-9;
/** A step that moves no row's log odds by more only makes the likelihood larger: its third derivative is less than its second. */
const sureStep = 1;

/** By Newton's method, in steps that are halved where the likelihood would fall. Null where it does not settle. */
function fitLine(labels: Float64Array, odds: Float64Array, weights: Float64Array | null) {
  const sums = (intercept: number, slope: number) => sumRows({ labels, odds, weights }, intercept, slope);
  const likelihoodAt = (intercept: number, slope: number) =>
    likelihoodOf({ labels, odds, weights }, intercept, slope);
  const [least, greatest] = [
    odds.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    odds.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  let [intercept, slope] = [0, 1];
  for (let step = 0; step < mostSteps; step++) {
    const { information, centre, spread, ofIntercept, ofSlope } = sums(intercept, slope);
    const bySlope = (ofSlope - centre * ofIntercept) / spread;
    const byIntercept = ofIntercept / information - bySlope * centre;
    if (!Number.isFinite(bySlope) || !Number.isFinite(byIntercept)) return null;
    const isLast = Math.abs(bySlope) <= lastStep * Math.abs(slope) && Math.abs(byIntercept) <= lastStep;
    if (isLast) return { intercept: intercept + byIntercept, slope: slope + bySlope };
    const moved = Math.max(
      Math.abs(byIntercept + bySlope * least),
      Math.abs(byIntercept + bySlope * greatest),
    );
    let part = 1;
    if (moved > sureStep) {
      const likelihood = likelihoodAt(intercept, slope);
      const isWorse = (): boolean =>
        likelihoodAt(intercept + part * byIntercept, slope + part * bySlope) <
        likelihood - 1e-12 * Math.abs(likelihood);
      while (part > 1e-12 && isWorse()) part /= 2;
    }
    intercept += part * byIntercept;
    slope += part * bySlope;
  }
  return null;
}

/**
 * What each row adds to the derivative of the likelihood by a slope, or an intercept, at a limit of it; their weighted
 * mean is 0 at the estimate and falls as the limit rises. `deviation`: the standard error of the estimate.
 */
export function scoresOfLine(
  ofSlope: boolean,
  { labels, scores }: ScoredRows,
  weights: Float64Array | null,
  estimate: number,
) {
  const odds = scores.map(logOdds);
  const rows = { labels, odds, weights };
  let start = 0;
  const interceptAt = (slope: number): number => {
    // Limits are asked near each other.
    start = fitIntercept(rows, slope, start) ?? 0;
    return start;
  };
  const lineAt = (limit: number): readonly [intercept: number, slope: number] =>
    ofSlope ? [interceptAt(limit), limit] : [limit, 1];
  const { information, spread } = sumRows(rows, ...lineAt(estimate));
  return {
    deviation: 1 / Math.sqrt(ofSlope ? spread : information),
    /** What a row would add if it were of that class: one that is certain has never been wrong, and could be. */
    scoreIfAt: (limit: number) => {
      const [intercept, slope] = lineAt(limit);
      const { centre } = sumRows(rows, intercept, slope);
      const chances = odds.map((value) => logistic(intercept + slope * value));
      return (row: number, label: number): number => {
        const residual = label - chances[row]!;
        return ofSlope ? residual * (odds[row]! - centre) : residual;
      };
    },
  };
}

interface Sums {
  /** Fisher's information of the rows of the intercept, where it is, and that of the slope around it. */
  readonly information: number;
  readonly centre: number;
  readonly spread: number;
  /** Derivatives of the likelihood. */
  readonly ofIntercept: number;
  readonly ofSlope: number;
}

interface WeighedOdds {
  readonly labels: Float64Array;
  readonly odds: Float64Array;
  readonly weights: Float64Array | null;
}

/**
 * All that a step takes, in one pass with one power of e for each row. A residual is that of the class that the line decides
 * for, which is whole, and what its chance lacks of 1, which is summed apart: nearly all of it may cancel out.
 */
function sumRows({ labels, odds, weights }: WeighedOdds, intercept: number, slope: number): Sums {
  let [information, first, second, whole, rest, ofSlope] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? weights[row]! : 1;
    const of = odds[row]!;
    const line = intercept + slope * of;
    const decided = line < 0 ? 0 : 1;
    const power = Math.exp(-Math.abs(line));
    const rare = power / (1 + power);
    const curve = (weight * rare) / (1 + power);
    information += curve;
    first += curve * of;
    second += curve * of * of;
    const wrong = weight * (labels[row]! - decided);
    const lacking = weight * (2 * decided - 1) * rare;
    whole += wrong;
    rest += lacking;
    ofSlope += (wrong + lacking) * of;
  }
  const centre = first / information;
  const spread = second - centre * first;
  return { information, centre, spread, ofIntercept: whole + rest, ofSlope };
}

function likelihoodOf({ labels, odds, weights }: WeighedOdds, intercept: number, slope: number): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const line = intercept + slope * odds[row]!;
    const against = labels[row] === 1 ? -line : line;
    // log(1 + e^x), without e^x where that is too large.
    sum -= (weights ? weights[row]! : 1) * (Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return sum;
}

/** The sum of residuals falls as the intercept rises: by Newton's method between limits that close in. */
function fitIntercept(rows: WeighedOdds, slope = 1, start = 0): number | null {
  const { labels, weights } = rows;
  let [positives, total] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? weights[row]! : 1;
    positives += weight * labels[row]!;
    total += weight;
  }
  if (!(positives > 0 && positives < total)) return null;
  const reach = 100 * Math.max(1, Math.abs(slope));
  let [from, to, at] = [-reach, reach, Math.max(-reach, Math.min(reach, start))];
  for (let step = 0; step < mostSteps; step++) {
    const { information, ofIntercept } = sumRows(rows, at, slope);
    if (ofIntercept > 0) from = at;
    else to = at;
    const newton = at + ofIntercept / information;
    const isNewton = newton > from && newton < to;
    const next = isNewton ? newton : (from + to) / 2;
    const [moved, size] = [Math.abs(next - at), 1 + Math.abs(at)];
    if (moved <= 1e-14 * size || (isNewton && moved <= lastStep)) return next;
    at = next;
  }
  return at;
}
