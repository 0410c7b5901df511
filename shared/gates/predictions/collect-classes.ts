/**
 * Labels and decisions of a multiclass model as numbers of classes, and its probabilities.
 *
 * Owns: which classes there are, decisions from probabilities, what is wrong with either.
 */
import type { ClassesOfSide } from '../rows.ts';
import type { CategoryColumn, NumberColumn } from './columns.ts';
import { adviseUnlabelled, describeFaults, findNumberProblem, type Problem } from './problems.ts';
import type { Side, SideColumns, Sides } from './sides.ts';
import { findMisspelt, noteAlikeClasses } from './spelled-classes.ts';
import { broken, type ReadingOptions, type ReadTable, type Table } from './table.ts';

const mostClasses = 1000;
/** Probabilities of a row may miss 1 by this, as those of single precision do. */
const sumTolerance = 1e-3;

export function collectClasses({ table, rows }: ReadTable, { allowUnlabelled }: ReadingOptions): Sides {
  const label = table.categories.get('label')!;
  const [challenger, champion] = [sideOf(table, 'challenger', rows), sideOf(table, 'champion', rows)];
  const names = namesOf(label, challenger, champion);
  const overflow = [label, challenger.decisions, champion.decisions].some((column) => column?.overflow);
  if (names.length > mostClasses || overflow) {
    const more = overflow ? `more than ${names.length}` : names.length;
    return broken(`${table.file}: ${more} classes, ${mostClasses} at most; is label the name of a class?`);
  }
  const unlike = findUnlikeColumns(table.file, challenger, champion);
  if (unlike) return unlike;
  const problems = [
    ...(allowUnlabelled ? [] : adviseUnlabelled(findMissingNames('label', label))),
    ...[challenger, champion].flatMap((side) => findSideProblems(side, rows)),
    ...findUnknownLabels(label, challenger),
  ];
  if (problems.length > 0) return { problems };
  const misspelt = findMisspelt(table.file, label, challenger, champion);
  if (misspelt) return misspelt;
  const places = new Map(names.map((name, at) => [name, at]));
  const decided = (side: SideColumns): Float64Array | null =>
    side.decisions ? placesOf(side.decisions, places) : side.probabilities && decide(side, places, rows);
  return {
    labels: placesOf(label, places),
    challenger: decided(challenger)!,
    champion: decided(champion),
    classes: {
      names,
      challenger: classesOf(challenger, label, names, rows),
      champion: classesOf(champion, label, names, rows),
    },
    notes: noteAlikeClasses(label, challenger, champion),
  };
}

function sideOf({ numbers, categories }: Table, side: Side, rows: number): SideColumns {
  const columns = [...numbers]
    .filter(([name]) => name.startsWith(`${side}:`))
    .map(([name, column]) => [name.slice(side.length + 1), column] as const);
  const decisions = categories.get(side) ?? null;
  // Only a champion may be missing, and only in every row.
  const given = side === 'challenger' || columns.some(([, column]) => column.missing < rows);
  const decided = side === 'challenger' || decisions?.findMissing()?.count !== rows;
  return {
    side,
    decisions: decided ? decisions : null,
    probabilities: columns.length > 0 && given ? new Map(columns) : null,
  };
}

function namesOf(label: CategoryColumn, ...sides: readonly SideColumns[]): string[] {
  const of = sides.flatMap(({ decisions, probabilities }) => [
    ...(decisions?.names ?? []),
    ...(probabilities?.keys() ?? []),
  ]);
  // What is missing is no class.
  return [...new Set([...label.names, ...of])].filter((name) => name !== '').sort();
}

function findUnlikeColumns(file: string, challenger: SideColumns, champion: SideColumns) {
  if (!challenger.probabilities || !champion.probabilities) return null;
  const [ours, theirs] = [challenger, champion].map(({ probabilities }) => [...probabilities!.keys()].sort());
  if (ours!.join('\n') === theirs!.join('\n')) return null;
  const lists = `challenger has ${ours!.join(', ')}; champion has ${theirs!.join(', ')}`;
  return broken(`${file}: the two sides have probabilities of different classes: ${lists}`);
}

function findMissingNames(name: string, column: CategoryColumn): Problem[] {
  const faults = column.findMissing();
  return faults ? [describeFaults(name, faults, 'the name of a class')] : [];
}

function findSideProblems({ side, decisions, probabilities }: SideColumns, rows: number): Problem[] {
  const problems = decisions ? findMissingNames(side, decisions) : [];
  if (!probabilities) return problems;
  const bad = [...probabilities].flatMap(([name, column]) =>
    findNumberProblem(`${side}:${name}`, column, 0, 1, 'a probability between 0 and 1'),
  );
  if (bad.length > 0) return [...problems, ...bad];
  const sums = new Float64Array(rows);
  for (const { values } of probabilities.values()) {
    for (let row = 0; row < rows; row++) sums[row]! += values[row]!;
  }
  const isOff = (sum: number): boolean => !(Math.abs(sum - 1) <= sumTolerance);
  const first = sums.findIndex(isOff);
  if (first < 0) return [...problems, ...findImprobableDecisions(side, decisions, probabilities)];
  const count = sums.reduce((off, sum) => (isOff(sum) ? off + 1 : off), 0);
  const sentence = `the probabilities of the ${side} sum to ${sums[first]}, not to 1`;
  const rule = `have probabilities of the ${side} that do not sum to 1`;
  return [...problems, { faults: { count, row: first, text: '' }, sentence, rule }];
}

/** Decisions for another class than the most probable: which of the two is meant would choose the result. */
function findImprobableDecisions(
  side: Side,
  decisions: CategoryColumn | null,
  probabilities: ReadonlyMap<string, NumberColumn>,
): Problem[] {
  if (!decisions) return [];
  const { codes, names } = decisions;
  const columns = [...probabilities.values()].map(({ values }) => values);
  const columnOfCode = names.map((name) => probabilities.get(name)?.values);
  let [count, first] = [0, -1];
  for (let row = 0; row < codes.length; row++) {
    const given = columnOfCode[codes[row]!]?.[row] ?? -1;
    if (columns.every((values) => values[row]! <= given)) continue;
    if (count++ === 0) first = row;
  }
  if (count === 0) return [];
  return [
    describeFaults(
      side,
      { count, row: first, text: names[codes[first]!]! },
      'the class it finds most probable',
    ),
  ];
}

/** Labels the challenger has no probability for. The champion has the same columns, or none. */
function findUnknownLabels(label: CategoryColumn, { probabilities }: SideColumns): Problem[] {
  if (!probabilities) return [];
  const unknown = label.names.map((name) => name !== '' && !probabilities.has(name));
  const { codes } = label;
  const row = codes.findIndex((code) => unknown[code] === true);
  if (row < 0) return [];
  const count = codes.reduce((sum, code) => (unknown[code] === true ? sum + 1 : sum), 0);
  const wanted = 'one of the classes with a column of probabilities';
  return [describeFaults('label', { count, row, text: label.names[codes[row]!]! }, wanted)];
}

/** The number of each row's class, NaN where it is missing. */
function placesOf(column: CategoryColumn, places: ReadonlyMap<string, number>): Float64Array {
  const placeOfCode = column.names.map((name) => places.get(name) ?? Number.NaN);
  const { codes } = column;
  const numbers = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) numbers[row] = placeOfCode[codes[row]!]!;
  return numbers;
}

/** The class of the greatest probability, of equal ones the first by name. */
function decide(
  { probabilities }: SideColumns,
  places: ReadonlyMap<string, number>,
  rows: number,
): Float64Array {
  const decided = new Float64Array(rows);
  const greatest = new Float64Array(rows).fill(-1);
  for (const [name, place] of places) {
    const values = probabilities!.get(name)?.values;
    if (!values) continue;
    for (let row = 0; row < rows; row++) {
      if (values[row]! <= greatest[row]!) continue;
      greatest[row] = values[row]!;
      decided[row] = place;
    }
  }
  return decided;
}

/** A class that only decisions name has the probability 0. */
function classesOf(
  { decisions, probabilities }: SideColumns,
  label: CategoryColumn,
  names: readonly string[],
  rows: number,
): ClassesOfSide {
  const known = new Set([...label.names, ...(decisions?.names ?? []), ...(probabilities?.keys() ?? [])]);
  return {
    known: names.map((name) => known.has(name)),
    probabilities:
      probabilities && names.map((name) => probabilities.get(name)?.values ?? new Float64Array(rows)),
  };
}
