import { counted } from '../../domain/plural.ts';
import type { Faults, NumberColumn, NumberRule } from './columns.ts';
import { shorten } from './columns.ts';
import { type Broken, broken } from './table.ts';

/** One rule that some rows break. */
export interface Problem {
  /** How many rows, and the first. */
  readonly faults: Faults;
  /** What is wrong with the first: `label is "2", not 0 or 1`. */
  readonly sentence: string;
  /** What such rows do: `have no id`. */
  readonly rule: string;
}

/** The problem of a column with cells that are no number from `low` to `high`, where it has some. */
export function findNumberProblem(
  name: string,
  column: NumberColumn,
  low: number,
  high: number,
  wanted: string,
  rule: NumberRule = {},
): Problem[] {
  const faults = column.findFaults(low, high, rule);
  return faults ? [describeFaults(name, faults, wanted)] : [];
}

export function describeFaults(name: string, faults: Faults, wanted: string): Problem {
  const sentence = `${name} is ${JSON.stringify(shorten(faults.text))}, not ${wanted}`;
  return { faults, sentence, rule: `have a ${name} that is not ${wanted}` };
}

/** Says of a first label that is missing how such rows are allowed. */
export function adviseUnlabelled(problems: readonly Problem[]): Problem[] {
  const advice =
    'to allow rows without a label, and to bound their share, give a data gate with unlabelledShare';
  return problems.map((problem) =>
    problem.faults.text === '' ? { ...problem, sentence: `${problem.sentence}; ${advice}` } : problem,
  );
}

/** The first row that cannot be believed, and in the notes how many break which rule. */
export function describeProblems(file: string, rows: number, problems: readonly Problem[]): Broken {
  const first = problems.reduce((found, each) => (each.faults.row < found.faults.row ? each : found));
  const notes = problems.map(
    ({ faults, rule }) => `${file}: ${faults.count} of ${counted(rows, 'row')} ${rule}`,
  );
  return broken(`${file}: row ${first.faults.row + 1}: ${first.sentence}`, notes);
}
