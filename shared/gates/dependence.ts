/**
 * From rows that depend on each other to units that do not.
 *
 * Owns: which rows make a unit, what the rows of a unit add together, what a unit is called.
 * Does not own: where the groups and the order come from (predictions/collect-dependence.ts), how long blocks must be
 * (statistics/block-length.ts), what units tell (statistics/likelihood-inference.ts).
 *
 * Groups are units as they are: their sums make any interval the cluster-robust one (Liang and Zeger, Biometrika 73,
 * 1986), and the summed influences on an area under the ROC curve are those of Obuchowski (Biometrics 53, 1997). Of rows in
 * an order, units are consecutive blocks that do not overlap (Carlstein, Annals of Statistics 14, 1986; their empirical
 * likelihood: Kitamura, Annals of Statistics 25, 1997).
 */
import type { GateReport } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { remember } from './remember.ts';
import type { Dependence, Rows } from './rows.ts';
import { chooseBlockLength, leastBlockLength } from './statistics/block-length.ts';
import { orderNumbers } from './statistics/order-numbers.ts';
import { gather } from './statistics/typed.ts';

/** What counts once, as a person calls it. */
export interface UnitsSeen {
  readonly count: number;
  /** `group of customer_id`, `block of 16 rows`, and of more than one. */
  readonly noun: string;
  readonly plural: string;
  /** `100 groups of customer_id`, `62 blocks of 16 rows by time`. */
  readonly words: string;
  /** How many times the variance of as many independent rows these make of theirs; omitted where none was measured. */
  readonly designEffect?: number;
}

/** Units numbered from 0, one for each row. */
export interface RowUnits {
  readonly unitOf: Uint32Array;
  readonly seen: UnitsSeen;
  /** What the spread of the units must be stretched by, since neighbouring blocks still depend on each other. */
  readonly stretch: number;
}

/** Why rows make no units. */
interface NoUnits {
  readonly why: string;
}

/**
 * The units of rows that add these values, whose own order says how far they depend on each other. Null where rows are
 * independent.
 */
export function findUnits(rows: Rows, values: Float64Array): RowUnits | NoUnits | null {
  const { dependence } = rows;
  if (!dependence) return null;
  return dependence.kind === 'groups' ? groupUnits(dependence) : blockUnits(dependence, values);
}

/** The same where nothing is measured yet: blocks are as short as they may be. Null where rows are independent. */
export function findPlainUnits({ dependence }: Rows): RowUnits | null {
  if (!dependence) return null;
  if (dependence.kind === 'groups') return groupUnits(dependence);
  const length = leastBlockLength(dependence.of.length);
  return cutBlocks(dependence, orderOf(dependence), length, 1);
}

/** What a report says of it. */
export function describeDependence({ dependence }: Rows): GateReport['dependence'] {
  if (!dependence) return null;
  const { kind, column } = dependence;
  return { kind, column, groups: kind === 'groups' ? groupUnits(dependence).seen.count : null };
}

/** What rows of each unit add together. */
export function sumUnits(values: Float64Array, { unitOf, seen }: RowUnits): Float64Array {
  const sums = new Float64Array(seen.count);
  for (let row = 0; row < values.length; row++) sums[unitOf[row]!]! += values[row]!;
  return sums;
}

/** By what each row adds beyond the whole (Kish, "Survey sampling", 1965): 1 and more, since chance alone makes it less. */
export function measureDesignEffect(beyond: Float64Array, units: RowUnits): number {
  const squares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
  const effect = (units.stretch ** 2 * squares(sumUnits(beyond, units))) / squares(beyond);
  return Number.isFinite(effect) ? Math.max(1, effect) : 1;
}

/** Rows of the largest unit. */
export function largestUnit({ unitOf, seen }: RowUnits): number {
  const sizes = new Float64Array(seen.count);
  for (const unit of unitOf) sizes[unit]!++;
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}

/** In how many units each class has a row. */
export function countUnitsOfClasses(
  { unitOf, seen }: RowUnits,
  labels: Float64Array,
  classes: number,
): Uint32Array {
  const counts = new Uint32Array(classes);
  const lastOf = new Int32Array(seen.count).fill(-1);
  // Class by class, so that a unit which has it was counted where it was the last that the unit was met with.
  for (const row of orderNumbers(labels)) {
    const [unit, label] = [unitOf[row]!, labels[row]!];
    if (lastOf[unit] === label) continue;
    lastOf[unit] = label;
    counts[label]!++;
  }
  return counts;
}

/** How many units have a row for which this is so. */
export function countUnits({ unitOf, seen }: RowUnits, has: (row: number) => boolean): number {
  const found = new Uint8Array(seen.count);
  for (let row = 0; row < unitOf.length; row++) if (has(row)) found[unitOf[row]!] = 1;
  return found.reduce((sum, one) => sum + one, 0);
}

const groupUnits = remember(({ of, column }: Dependence): RowUnits => {
  // The file has more rows than its groups have numbers, so these are places in a list. 0: not met yet.
  const placeOf = new Uint32Array(of.reduce((most, group) => Math.max(most, group), 0) + 1);
  let count = 0;
  const unitOf = of.map((group) => {
    if (placeOf[group] === 0) placeOf[group] = ++count;
    return placeOf[group]! - 1;
  });
  return { unitOf, seen: nameUnits(count, ['group', `of ${column}`]), stretch: 1 };
});

function blockUnits(dependence: Dependence, values: Float64Array): RowUnits | NoUnits {
  const order = orderOf(dependence);
  const chosen = chooseBlockLength(gather(values, order));
  if (chosen === null) {
    return {
      why: `rows by ${dependence.column} depend on each other too far for ten of the blocks of all ${order.length} to be independent`,
    };
  }
  return cutBlocks(dependence, order, chosen.length, chosen.stretch);
}

/** As many blocks as have at least this length; some are a row longer where they must be. */
function cutBlocks({ column }: Dependence, order: Uint32Array, length: number, stretch: number): RowUnits {
  const rows = order.length;
  const count = Math.max(1, Math.floor(rows / length));
  const unitOf = new Uint32Array(rows);
  for (let place = 0; place < rows; place++) {
    unitOf[order[place]!] = Math.min(count - 1, Math.floor((place * count) / rows));
  }
  return { unitOf, seen: nameUnits(count, ['block', `of ${counted(length, 'row')} by ${column}`]), stretch };
}

const nameUnits = (count: number, [word, of]: readonly [string, string]): UnitsSeen => ({
  count,
  noun: `${word} ${of}`,
  plural: `${word}s ${of}`,
  words: `${counted(count, word)} ${of}`,
});

/** Rows by rising place. */
const orderOf = remember(({ of }: Dependence): Uint32Array => orderNumbers(new Float64Array(of)));
