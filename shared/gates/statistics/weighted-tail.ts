/**
 * The chance that a sum of values, each times its own exponentially distributed weight (mean 1), is 0 or more.
 *
 * These weights are those of the Bayesian bootstrap (Rubin, Annals of Statistics 9, 1981), so it is the chance that the
 * mean under them is. By the saddlepoint approximation of Lugannani and Rice (Advances in Applied Probability 12, 1980)
 * in the form of Barndorff-Nielsen (Biometrika 73, 1986), whose saddlepoint equation is that of the empirical likelihood
 * (Owen, Biometrika 75, 1988). For values of two kinds the true answer is a tail of the beta distribution: of that it is
 * within 3 in 100 of itself.
 *
 * Limits are asked one after the other, so the values are gone through once: the logarithm of the generating function
 * is a power series in the values that are small beside their sum's standard deviation, and exact in the others, of which
 * Chebyshev's inequality leaves no more than a thousand.
 */
import { normalCdf } from './normal.ts';

/** The tail of the sum of sign * (centred + shift * bottom), and of one more value. */
type TailAt = (sign: 1 | -1, shift: number, extra: number) => number;

/** Terms of the series. */
const terms = 8;
/** Values times the point of the series are this at most, at a point as far out as an error of 1 in 3 million is. */
const smallProduct = 0.15;
const farthest = 5;
/** So few values are not worth a series. */
const fewValues = 1200;

export function prepareTail(centred: Float64Array, bottom: Float64Array): TailAt {
  let known: Split | undefined;
  return (sign, shift, extra) => {
    // Whoever asks for no limit does without.
    known ??= splitValues(centred, bottom);
    const split = known;
    const large = new Float64Array(split.large.length + 1);
    for (const [at, unit] of split.large.entries())
      large[at] = sign * (centred[unit]! + shift * bottom[unit]!);
    large[split.large.length] = extra;
    const powers = powerSums(split, sign, shift);
    return tailOf(large, powers, split.deviation);
  };
}

interface Split {
  /** Units whose values are taken one by one. */
  readonly large: Uint32Array;
  /** Of the others, sums of centred^i bottom^j, by i and j. */
  readonly moments: readonly Float64Array[];
  readonly deviation: number;
}

function splitValues(centred: Float64Array, bottom: Float64Array): Split {
  const size = centred.length;
  let [squares, bottoms] = [0, 0];
  for (let unit = 0; unit < size; unit++) {
    squares += centred[unit]! * centred[unit]!;
    bottoms += bottom[unit]!;
  }
  const deviation = Math.sqrt(squares);
  const mostCentred = size <= fewValues ? -1 : (smallProduct * deviation) / farthest;
  const mostBottom = (smallProduct * bottoms) / farthest ** 2;
  // Without weights all bottoms are 1, and powers of them: nothing to be summed 45 times over.
  const alike = bottom.every((value) => value === 1);
  const large: number[] = [];
  const moments = Array.from({ length: terms + 1 }, (_, i) => new Float64Array(terms + 1 - i));
  for (let unit = 0; unit < size; unit++) {
    const [value, weight] = [centred[unit]!, bottom[unit]!];
    if (Math.abs(value) > mostCentred || weight > mostBottom) {
      large.push(unit);
      continue;
    }
    let power = 1;
    for (let i = 0; i <= terms; i++) {
      const row = moments[i]!;
      if (alike) row[0]! += power;
      let both = power;
      for (let j = 0; !alike && i + j <= terms; j++) {
        row[j]! += both;
        both *= weight;
      }
      power *= value;
    }
  }
  if (alike) for (const row of moments) row.fill(row[0]!);
  return { large: Uint32Array.from(large), moments, deviation };
}

/** Sums of the powers of sign * (centred + shift * bottom) over the small values, by their order. */
function powerSums({ moments }: Split, sign: 1 | -1, shift: number): Float64Array {
  const powers = new Float64Array(terms + 1);
  for (let order = 1; order <= terms; order++) {
    let [sum, choose, factor] = [0, 1, 1];
    for (let j = 0; j <= order; j++) {
      sum += choose * factor * moments[order - j]![j]!;
      choose = (choose * (order - j)) / (j + 1);
      factor *= shift;
    }
    powers[order] = sign ** order * sum;
  }
  return powers;
}

function tailOf(large: Float64Array, powers: Float64Array, deviation: number): number {
  let [least, greatest] = [0, 0];
  for (const value of large) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const hasSmall = powers[2]! > 0;
  if (!hasSmall && greatest <= 0) return least === 0 ? 1 : 0;
  if (!hasSmall && least >= 0) return 1;
  // Where all large values are on one side the series has no pole, and its terms are no good much farther out.
  const reach = (4 * farthest) / (deviation || 1);
  const low = least < 0 ? Math.max(1 / least, hasSmall ? -reach : -Infinity) : -reach;
  const high = greatest > 0 ? Math.min(1 / greatest, hasSmall ? reach : Infinity) : reach;
  const at = findSaddlepoint(large, powers, low, high);
  const { generating, curve, cubes } = measureAt(large, powers, at);
  const root = Math.sign(at) * Math.sqrt(Math.max(0, -2 * generating));
  const scaled = at * Math.sqrt(curve);
  // At the mean both vanish; their limit is a term of skewness.
  if (Math.abs(root) < 1e-3) return 0.5 - (cubes / (3 * curve ** 1.5) + root) / Math.sqrt(2 * Math.PI);
  return normalCdf(-(root + Math.log(scaled / root) / root));
}

/** The logarithm of the generating function, its second derivative, and half of its third. */
function measureAt(large: Float64Array, powers: Float64Array, at: number) {
  let [generating, curve, cubes] = [0, 0, 0];
  for (const value of large) {
    const tilted = value / (1 - at * value);
    generating -= Math.log1p(-at * value);
    curve += tilted * tilted;
    cubes += tilted * tilted * tilted;
  }
  let power = 1;
  for (let order = 1; order <= terms; order++) {
    generating += (powers[order]! * power * at) / order;
    if (order < terms) curve += order * powers[order + 1]! * power;
    if (order < terms - 1) cubes += ((order * (order + 1)) / 2) * powers[order + 2]! * power;
    power *= at;
  }
  return { generating, curve, cubes };
}

/** Where the derivative of the logarithm of the generating function is 0: it rises between its two poles. */
function findSaddlepoint(large: Float64Array, powers: Float64Array, low: number, high: number): number {
  let [from, to, at] = [low, high, 0];
  for (let step = 0; step < 200; step++) {
    let [slope, curve] = [0, 0];
    for (const value of large) {
      const tilted = value / (1 - at * value);
      slope += tilted;
      curve += tilted * tilted;
    }
    let power = 1;
    for (let order = 1; order <= terms; order++) {
      slope += powers[order]! * power;
      if (order < terms) curve += order * powers[order + 1]! * power;
      power *= at;
    }
    if (slope > 0) to = at;
    else from = at;
    const newton = at - slope / curve;
    const next = newton > from && newton < to ? newton : (from + to) / 2;
    if (Math.abs(next - at) <= 1e-11 * Math.abs(next)) return next;
    at = next;
  }
  return at;
}
