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
    const intercept = fitIntercept(labels, odds, weights);
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
      const { information, centre, spread } = informationOf(odds, weights, intercept, slope);
      return labels.map((label, row) => {
        const weight = weights ? weights[row]! : 1;
        const residual = weight * (label - logistic(intercept + slope * odds[row]!));
        return ofSlope ? (residual * (odds[row]! - centre)) / spread : residual / information;
      });
    },
  };
}

const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds));

/** Fisher's information of the rows: of the intercept, and of the slope around the centre. */
function informationOf(odds: Float64Array, weights: Float64Array | null, intercept: number, slope: number) {
  let [information, first] = [0, 0];
  const each = odds.map((value, row) => {
    const chance = logistic(intercept + slope * value);
    const of = (weights ? weights[row]! : 1) * chance * (1 - chance);
    information += of;
    first += of * value;
    return of;
  });
  const centre = first / information;
  let spread = 0;
  for (let row = 0; row < odds.length; row++) spread += each[row]! * (odds[row]! - centre) ** 2;
  return { information, centre, spread };
}

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

/** By Newton's method, in steps that are halved where the likelihood would fall. Null where it does not settle. */
function fitLine(labels: Float64Array, odds: Float64Array, weights: Float64Array | null) {
  let [intercept, slope] = [0, 1];
  let likelihood = likelihoodOf(labels, odds, weights, intercept, slope);
  for (let step = 0; step < mostSteps; step++) {
    const { information, centre, spread } = informationOf(odds, weights, intercept, slope);
    const { ofIntercept, ofSlope } = gradientOf(labels, odds, weights, { intercept, slope, centre });
    const bySlope = ofSlope / spread;
    const byIntercept = ofIntercept / information - bySlope * centre;
    if (!Number.isFinite(bySlope) || !Number.isFinite(byIntercept)) return null;
    let part = 1;
    let next = Number.NaN;
    for (; part > 1e-12; part /= 2) {
      next = likelihoodOf(labels, odds, weights, intercept + part * byIntercept, slope + part * bySlope);
      if (next >= likelihood - 1e-12 * Math.abs(likelihood)) break;
    }
    intercept += part * byIntercept;
    slope += part * bySlope;
    likelihood = next;
    if (part === 1 && Math.abs(bySlope) <= 1e-13 * (1 + Math.abs(slope))) return { intercept, slope };
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
  const interceptAt = (slope: number): number => fitIntercept(labels, odds, weights, slope) ?? 0;
  const lineAt = (limit: number): readonly [intercept: number, slope: number] =>
    ofSlope ? [interceptAt(limit), limit] : [limit, 1];
  const { information, spread } = informationOf(odds, weights, ...lineAt(estimate));
  return {
    deviation: 1 / Math.sqrt(ofSlope ? spread : information),
    /** What a row would add if it were of that class: one that is certain has never been wrong, and could be. */
    scoreIfAt: (limit: number) => {
      const [intercept, slope] = lineAt(limit);
      const { centre } = informationOf(odds, weights, intercept, slope);
      return (row: number, label: number): number => {
        const residual = label - logistic(intercept + slope * odds[row]!);
        return ofSlope ? residual * (odds[row]! - centre) : residual;
      };
    },
  };
}

interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly centre: number;
}

/** Residuals near 1 are counted, and what they lack summed apart: nearly all of them may cancel out. */
function gradientOf(
  labels: Float64Array,
  odds: Float64Array,
  weights: Float64Array | null,
  { intercept, slope, centre }: Line,
) {
  let [whole, rest, ofSlope] = [0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? weights[row]! : 1;
    const sign = labels[row] === 1 ? 1 : -1;
    const line = sign * (intercept + slope * odds[row]!);
    // How far the chance of the row's own class is from 1.
    const residual = logistic(-line);
    if (line < 0) {
      whole += sign * weight;
      rest -= sign * weight * logistic(line);
    } else rest += sign * weight * residual;
    ofSlope += sign * weight * residual * (odds[row]! - centre);
  }
  return { ofIntercept: whole + rest, ofSlope };
}

function likelihoodOf(
  labels: Float64Array,
  odds: Float64Array,
  weights: Float64Array | null,
  intercept: number,
  slope: number,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const line = intercept + slope * odds[row]!;
    const against = labels[row] === 1 ? -line : line;
    // log(1 + e^x), without e^x where that is too large.
    sum -=
      (weights ? weights[row]! : 1) *
      (against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against)));
  }
  return sum;
}

/** The sum of residuals falls as the intercept rises: by Newton's method between limits that close in. */
function fitIntercept(
  labels: Float64Array,
  odds: Float64Array,
  weights: Float64Array | null,
  slope = 1,
): number | null {
  let [positives, total] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? weights[row]! : 1;
    positives += weight * labels[row]!;
    total += weight;
  }
  if (!(positives > 0 && positives < total)) return null;
  const reach = 100 * Math.max(1, Math.abs(slope));
  let [from, to, at] = [-reach, reach, 0];
  for (let step = 0; step < mostSteps; step++) {
    const { information } = informationOf(odds, weights, at, slope);
    const { ofIntercept } = gradientOf(labels, odds, weights, { intercept: at, slope, centre: 0 });
    if (ofIntercept > 0) from = at;
    else to = at;
    const newton = at + ofIntercept / information;
    const next = newton > from && newton < to ? newton : (from + to) / 2;
    if (Math.abs(next - at) <= 1e-14 * (1 + Math.abs(at))) return next;
    at = next;
  }
  return at;
}
