/** A law of finitely many values: what a truth can be summed over exactly, and drawn from in no time. */
export interface Discrete {
  readonly values: Float64Array;
  /** They sum to 1. */
  readonly shares: Float64Array;
  /** The place of the value at this quantile, from 0 to below 1. */
  readonly placeAt: (quantile: number) => number;
}

/** Shares need not sum to 1; values come in the order given. */
export function discrete(values: ArrayLike<number>, weights: ArrayLike<number>): Discrete {
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const shares = Float64Array.from(weights, (weight) => weight / total);
  const ends = new Float64Array(shares.length);
  let end = 0;
  for (let at = 0; at < shares.length; at++) {
    end += shares[at]!;
    ends[at] = end;
  }
  const guide = guideTo(ends);
  return {
    values: Float64Array.from(values),
    shares,
    placeAt: (quantile) => {
      let place = guide[Math.floor(quantile * guide.length)]!;
      while (place < ends.length - 1 && quantile >= ends[place]!) place++;
      return place;
    },
  };
}

/** Where to begin looking, for as many parts of 0 to 1 as there are values. */
function guideTo(ends: Float64Array): Uint32Array {
  const guide = new Uint32Array(ends.length);
  let place = 0;
  for (let part = 0; part < guide.length; part++) {
    while (place < ends.length - 1 && part / guide.length >= ends[place]!) place++;
    guide[part] = place;
  }
  return guide;
}

/** Strata in the body, each as likely as the next, and in each tail, each a third as likely as the one before. */
const bodyStrata = 2000;
const tailStrata = 18;
const tailShare = 1 / bodyStrata;

/**
 * A continuous law as its quantiles in the middle of so many strata. The tails are cut finer and finer, to 1e-12, so
 * that a heavy one stays heavy: the law is another than the continuous one, but its truth is that of what is drawn.
 */
export function stratify(quantile: (probability: number) => number): Discrete {
  const [values, weights]: [number[], number[]] = [[], []];
  const take = (low: number, share: number, upper: boolean): void => {
    const middle = low + share / 2;
    values.push(quantile(upper ? 1 - middle : middle));
    weights.push(share);
  };
  // From the outside in, and out again.
  const tail: [low: number, share: number][] = [];
  for (let stratum = 0, high = tailShare; stratum < tailStrata; stratum++, high /= 3) {
    const low = stratum === tailStrata - 1 ? 0 : high / 3;
    tail.unshift([low, high - low]);
  }
  for (const [low, share] of tail) take(low, share, false);
  for (let stratum = 1; stratum < bodyStrata - 1; stratum++) take(stratum * tailShare, tailShare, false);
  for (const [low, share] of tail.reverse()) take(low, share, true);
  return discrete(values, weights);
}
