/** A table as an AutoML job is trained on it: which rows are held for measuring, and what of it is predicted. Pure. */
import type { AutomlStep } from './definition.ts';
import { chooseFeatures, type Feature, numbersOf } from './features.ts';
import type { Sample } from './learners.ts';
import type { Table } from './table.ts';

export interface Data extends Sample {
  readonly features: readonly Feature[];
  readonly dropped: readonly string[];
  /** Of classification, each as the table has it. */
  readonly labels: readonly string[];
  readonly range: number;
}

/** "Make sure your dataset's size isn't greater than 10,000,000 (rows times column)" where the time is an hour and less. */
const cellsAtMost = 10_000_000;

/** Throws an Error that says what is wrong with the table. */
export function readData({ columns, rows }: Table, step: AutomlStep): Data {
  const { task, target_column_name: target, weight_column_name: weight, limits } = step;
  for (const column of [target, ...(weight === undefined ? [] : [weight])])
    if (!columns.includes(column))
      throw new Error(`the table has no column ${JSON.stringify(column)}; it has ${columns.join(', ')}`);
  const minutes = limits.timeout_minutes ?? 8_640;
  if (minutes <= 60 && rows.length * columns.length > cellsAtMost)
    throw new Error(
      `${rows.length} rows times ${columns.length} columns are more than ${cellsAtMost}: the job needs more than 60 minutes, and has ${minutes}`,
    );
  // Rows without a target are left out, as the service does.
  const known = rows.filter((row) => row[columns.indexOf(target)] !== '');
  const folds = step.n_cross_validations ?? 2;
  if (known.length < Math.max(10, folds))
    throw new Error(`${known.length} rows with a value of ${target} are too few to train on`);
  const cells = known.map((row) => row[columns.indexOf(target)]!);
  const labels = task === 'classification' ? [...new Set(cells)].sort() : [];
  if (task === 'classification' && labels.length < 2)
    throw new Error(`${target} has one class, ${labels[0]}; there must be two at least`);
  const y = task === 'classification' ? cells.map((cell) => labels.indexOf(cell)) : cells.map(Number);
  if (!y.every(Number.isFinite)) throw new Error(`${target} is not all numbers, and the task is regression`);
  if (step.positive_label !== undefined && !labels.includes(step.positive_label))
    throw new Error(`${target} has no label ${step.positive_label}; it has ${labels.join(', ')}`);
  const without = [target, ...(weight === undefined ? [] : [weight])];
  const mode = step.featurization?.mode ?? 'auto';
  const { features, dropped } = chooseFeatures({ columns, rows: known }, without, mode);
  if (features.length === 0) throw new Error('no column is left to predict from');
  return {
    ...{ features, dropped, labels, y },
    x: known.map((row) => numbersOf(features, columns, row)),
    weights: known.map((row) => (weight === undefined ? 1 : weightOf(row[columns.indexOf(weight)]!, weight))),
    classes: labels.length,
    range: Math.max(...y) - Math.min(...y) || 1,
  };
}

function weightOf(cell: string, column: string): number {
  const value = Number(cell);
  if (cell !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${column}: ${JSON.stringify(cell)} is no weight; give a number from 0 on`);
}

/** Pairs of rows to train on and to measure on, in the same order always. By default as the service splits. */
export function splitsOf(
  { n_cross_validations: folds, validation_data_size: share }: AutomlStep,
  count: number,
): readonly (readonly [train: readonly number[], measured: readonly number[]])[] {
  const order = shuffled(count);
  const held = share ?? (folds === undefined && count > 20_000 ? 0.1 : null);
  if (held !== null) {
    const size = Math.min(count - 1, Math.max(1, Math.round(count * held)));
    return [[order.slice(size), order.slice(0, size)]];
  }
  const parts = Math.min(count, folds ?? (count < 1_000 ? 10 : 3));
  return Array.from({ length: parts }, (_, part) => [
    order.filter((_row, at) => at % parts !== part),
    order.filter((_row, at) => at % parts === part),
  ]);
}

function shuffled(count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, at) => at);
  let state = 0x2545f491;
  for (let at = count - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

export function rowsOf(sample: Sample, rows: readonly number[]): Sample {
  return {
    x: rows.map((row) => sample.x[row]!),
    y: rows.map((row) => sample.y[row]!),
    weights: rows.map((row) => sample.weights[row]!),
    classes: sample.classes,
  };
}
