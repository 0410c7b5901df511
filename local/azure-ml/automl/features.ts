/** Columns as the numbers that models are trained on. Pure. */
import type { Table } from './table.ts';

/** One number of a row: a column's, on a common scale, 0 where it is missing; or 1 where a column has a value. */
export type Feature =
  | { readonly column: string; readonly kind: 'number'; readonly mean: number; readonly scale: number }
  | { readonly column: string; readonly kind: 'level'; readonly level: string };

const levelsAtMost = 30;

interface Kept {
  readonly features: readonly Feature[];
  /** Columns that are left out, each with why. */
  readonly dropped: readonly string[];
}

/** Throws an Error where columns are to be taken as they are, and are no numbers. */
export function chooseFeatures(
  { columns, rows }: Table,
  without: readonly string[],
  mode: 'auto' | 'off',
): Kept {
  const dropped: string[] = [];
  const features = columns.flatMap((column, at): Feature[] => {
    if (without.includes(column)) return [];
    const cells = rows.map((row) => row[at]!);
    const given = cells.filter((cell) => cell !== '');
    const numbers = given.map(Number);
    const isNumeric = given.length > 0 && numbers.every(Number.isFinite);
    if (mode === 'off') {
      if (!isNumeric || given.length < cells.length)
        throw new Error(`column ${column} is not all numbers, and featurization is off: set it to auto`);
      return [{ column, kind: 'number', mean: 0, scale: 1 }];
    }
    if (isNumeric) {
      const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
      const scale = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length);
      if (scale > 0) return [{ column, kind: 'number', mean, scale }];
    }
    const levels = [...new Set(given)].sort();
    if (levels.length < 2 || levels.length > levelsAtMost) {
      dropped.push(`${column} (${levels.length < 2 ? 'one value' : 'too many values'})`);
      return [];
    }
    return levels.map((level) => ({ column, kind: 'level', level }));
  });
  return { features, dropped };
}

/** A row's numbers, in the order of the features. */
export function numbersOf(
  features: readonly Feature[],
  columns: readonly string[],
  row: readonly string[],
): Float64Array {
  return Float64Array.from(features, (feature) => {
    const cell = row[columns.indexOf(feature.column)] ?? '';
    if (feature.kind === 'level') return cell === feature.level ? 1 : 0;
    return cell === '' ? 0 : (Number(cell) - feature.mean) / feature.scale;
  });
}
