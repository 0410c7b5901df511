/**
 * Notices columns whose values look like groups of rows that depend on each other, where the model file names none.
 *
 * What a row of one value loses correlates with what others of it lose: the intra-class correlation of a one-way analysis of
 * variance, and by it the design effect, how many dependent rows tell as much as one independent (Kish, "Survey
 * sampling", 1965; Donner and Klar, "Design and Analysis of Cluster Randomization Trials in Health Research", 2000).
 * A segment that is harder than others shows the same: what has few values, or hardly any correlation, is taken for one.
 */
import { incompleteBeta } from '../statistics/beta.ts';
import { type CategoryColumn, shorten } from './columns.ts';

const leastValues = 21;
const leastRowsOfValue = 2;
const leastCorrelation = 0.05;
const leastEffect = 1.5;
/** Chance that a column of no meaning is noticed, of all columns together. */
const mostChance = 0.001;

/** `losses`: of each row in `order`, rows of the file that can be judged. */
export function noteGroups(
  columns: ReadonlyMap<string, CategoryColumn>,
  order: Uint32Array,
  losses: Float64Array,
): string[] {
  return [...columns].flatMap(([name, column]) => {
    if (column.overflow || column.values.length < leastValues) return [];
    const found = measureDependence(column.codes, order, losses);
    if (!found || found.chance * columns.size >= mostChance) return [];
    const { values, correlation, effect } = found;
    const shown = shorten(name);
    return [
      `column ${shown} looks like a group: errors of rows that share one of its ${values} values correlate by ${correlation.toFixed(2)}, so that ${order.length} rows tell as much as ${Math.floor(order.length / effect)} independent ones (design effect ${effect.toFixed(1)}); set evaluation.groups: ${shown}, or intervals are too narrow`,
    ];
  });
}

interface Measured {
  readonly values: number;
  readonly correlation: number;
  readonly effect: number;
  /** p-value of no correlation. */
  readonly chance: number;
}

/** Null where the column has too few values, too few rows of each, or hardly any correlation. */
export function measureDependence(
  codes: Uint16Array,
  order: Uint32Array,
  losses: Float64Array,
): Measured | null {
  const rows = order.length;
  const sizes = new Map<number, { size: number; sum: number }>();
  let [total, squares] = [0, 0];
  for (let at = 0; at < rows; at++) {
    const code = codes[order[at]!]!;
    const group = sizes.get(code) ?? { size: 0, sum: 0 };
    group.size++;
    group.sum += losses[at]!;
    sizes.set(code, group);
    total += losses[at]!;
  }
  const values = sizes.size;
  if (values < leastValues || rows < leastRowsOfValue * values) return null;
  const mean = total / rows;
  for (const loss of losses) squares += (loss - mean) ** 2;
  let [between, sizeSquares] = [0, 0];
  for (const { size, sum } of sizes.values()) {
    between += size * (sum / size - mean) ** 2;
    sizeSquares += size * size;
  }
  const [freedom, rest] = [values - 1, rows - values];
  const [meanBetween, meanWithin] = [between / freedom, Math.max(0, squares - between) / rest];
  const typical = (rows - sizeSquares / rows) / freedom;
  const correlation = (meanBetween - meanWithin) / (meanBetween + (typical - 1) * meanWithin);
  const effect = 1 + (sizeSquares / rows - 1) * correlation;
  if (!(correlation >= leastCorrelation && effect >= leastEffect)) return null;
  // The F-test: the share of the variance between groups is beta distributed where groups mean nothing.
  const within = (rest * meanWithin) / (rest * meanWithin + freedom * meanBetween);
  return { values, correlation, effect, chance: incompleteBeta(within, rest / 2, freedom / 2) };
}
