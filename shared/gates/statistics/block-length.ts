/**
 * How many consecutive rows of a series make a block, so that blocks are nearly independent.
 *
 * Source: Politis and White, Econometric Reviews 23 (2004), with the correction of Patton, Politis and White, Econometric
 * Reviews 28 (2009): their length for blocks of one size, from the autocorrelations up to where these vanish.
 */

/** So many blocks must remain where the rule asks for longer ones. */
const blocksToRemain = 20;
/** A series that asks for longer blocks than this share of it tells too little. */
const mostBlocks = 10;

interface BlockLength {
  readonly length: number;
  /**
   * Factor of the deviation of block sums: blocks of length b miss what rows across their borders have in common, to
   * first order the share G / (b g) of the variance, G = sum |k| R(k) and g = sum R(k) over all lags.
   */
  readonly stretch: number;
}

/** Blocks are at least as long as the cube root of the rows says, to the order that is best for a variance. */
export const leastBlockLength = (rows: number): number => Math.max(1, Math.ceil(Math.cbrt(rows) - 1e-9));

/** Null where no length is short enough. */
export function chooseBlockLength(series: Float64Array): BlockLength | null {
  const rows = series.length;
  const least = leastBlockLength(rows);
  const correlationOf = correlate(series);
  if (!correlationOf) return { length: least, stretch: 1 };
  const lag = lastLag(correlationOf, rows);
  if (lag === null) return null;
  let [sum, moment] = [1, 0];
  for (let k = 1; k <= Math.min(2 * lag, rows - 1); k++) {
    const correlation = 2 * flatTop(k / (2 * lag)) * correlationOf(k);
    sum += correlation;
    moment += k * correlation;
  }
  // Neighbours that balance each other, or nothing in common: short blocks are wide enough.
  if (moment <= 0 || sum <= 0) return { length: least, stretch: 1 };
  const asked = Math.ceil(Math.cbrt((1.5 * moment ** 2) / sum ** 2) * Math.cbrt(rows));
  if (asked > rows / mostBlocks) return null;
  const length = Math.max(least, Math.min(asked, Math.floor(rows / blocksToRemain)));
  const missed = Math.min(0.5, moment / (length * sum));
  return { length, stretch: 1 / Math.sqrt(1 - missed) };
}

/** Autocorrelations by lag, each computed when it is asked for; null where nothing varies. */
function correlate(series: Float64Array): ((lag: number) => number) | null {
  const rows = series.length;
  const mean = series.reduce((total, value) => total + value, 0) / rows;
  const centred = series.map((value) => value - mean);
  const variance = centred.reduce((total, value) => total + value * value, 0);
  if (!(variance > 0)) return null;
  const correlations: number[] = [];
  return (lag) => {
    for (let k = correlations.length; k <= lag; k++) {
      let product = 0;
      for (let row = k; row < rows; row++) product += centred[row]! * centred[row - k]!;
      correlations.push(product / variance);
    }
    return correlations[lag]!;
  };
}

const quietLags = (rows: number): number => Math.max(5, Math.ceil(Math.sqrt(Math.log10(rows))));

/** The lag after which so many correlations in a row are no larger than chance makes them; null where none of the first is. */
function lastLag(correlationOf: (lag: number) => number, rows: number): number | null {
  const chance = 2 * Math.sqrt(Math.log10(rows) / rows);
  const most = Math.ceil(Math.sqrt(rows)) + quietLags(rows);
  let quiet = 0;
  for (let lag = 1; lag < rows && lag <= most; lag++) {
    quiet = Math.abs(correlationOf(lag)) < chance ? quiet + 1 : 0;
    if (quiet === quietLags(rows)) return Math.max(1, lag - quiet);
  }
  return null;
}

/** The lag window of Politis and Romano, Journal of Time Series Analysis 16 (1995). */
const flatTop = (at: number): number => (at <= 0.5 ? 1 : Math.max(0, 2 * (1 - at)));
