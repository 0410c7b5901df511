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
  const correlations = correlate(series);
  if (!correlations) return { length: least, stretch: 1 };
  const lag = lastLag(correlations, rows);
  if (lag === null) return null;
  let [sum, moment] = [1, 0];
  for (let k = 1; k <= Math.min(2 * lag, correlations.length - 1); k++) {
    const correlation = 2 * flatTop(k / (2 * lag)) * correlations[k]!;
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

/** Autocorrelations from lag 0 on, as many as the rule may look at; null where nothing varies. */
function correlate(series: Float64Array): Float64Array | null {
  const rows = series.length;
  const mean = series.reduce((total, value) => total + value, 0) / rows;
  const centred = series.map((value) => value - mean);
  const variance = centred.reduce((total, value) => total + value * value, 0);
  if (!(variance > 0)) return null;
  const lags = Math.min(rows - 1, 2 * Math.ceil(Math.sqrt(rows)) + quietLags(rows));
  const correlations = new Float64Array(lags + 1);
  for (let k = 0; k <= lags; k++) {
    let product = 0;
    for (let row = k; row < rows; row++) product += centred[row]! * centred[row - k]!;
    correlations[k] = product / variance;
  }
  return correlations;
}

const quietLags = (rows: number): number => Math.max(5, Math.ceil(Math.sqrt(Math.log10(rows))));

/** The lag after which so many correlations in a row are no larger than chance makes them; null where none of the first is. */
function lastLag(correlations: Float64Array, rows: number): number | null {
  const chance = 2 * Math.sqrt(Math.log10(rows) / rows);
  const most = Math.ceil(Math.sqrt(rows)) + quietLags(rows);
  let quiet = 0;
  for (let lag = 1; lag < correlations.length && lag <= most; lag++) {
    quiet = Math.abs(correlations[lag]!) < chance ? quiet + 1 : 0;
    if (quiet === quietLags(rows)) return Math.max(1, lag - quiet);
  }
  return null;
}

/** The lag window of Politis and Romano, Journal of Time Series Analysis 16 (1995). */
const flatTop = (at: number): number => (at <= 0.5 ? 1 : Math.max(0, 2 * (1 - at)));
