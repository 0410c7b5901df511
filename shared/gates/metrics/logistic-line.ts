/** A line through log odds that fits labels best: logistic regression, by Newton's method. */

export const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds));

/** Whether neither class lies beyond the other as a whole. */
export function overlap(labels: Float64Array, odds: Float64Array, weights: Float64Array | null): boolean {
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
export function fitLine(labels: Float64Array, odds: Float64Array, weights: Float64Array | null) {
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
export function sumRows({ labels, odds, weights }: WeighedOdds, intercept: number, slope: number): Sums {
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
export function fitIntercept(rows: WeighedOdds, slope = 1, start = 0): number | null {
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
