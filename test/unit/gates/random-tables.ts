/** Small tables of predictions by chance, whole or with cells that are not what they should be, for property tests. */
import fc from 'fast-check';
import type { Task } from '../../../shared/config/metric-catalog.ts';

/** Cells by column; a column is there in every row or in none. */
export type Table = readonly Readonly<Record<string, string>>[];

export const classes = ['cat', 'dog', 'emu'];
const allNumbers = ['0', '0.2', '0.5', '0.8', '1'];
const probabilities = [
  ['0.7', '0.2', '0.1'],
  ['0.1', '0.8', '0.1'],
  ['0.05', '0.15', '0.8'],
  ['0.4', '0.35', '0.25'],
];

/** One side of the rows of a task: its scores, its decisions, or its probabilities. */
function sideOf(task: Task, side: string, withProbabilities: boolean): fc.Arbitrary<Record<string, string>> {
  if (task !== 'multiclass') return fc.constantFrom(...allNumbers).map((score) => ({ [side]: score }));
  if (!withProbabilities) return fc.constantFrom(...classes).map((decision) => ({ [side]: decision }));
  return fc
    .constantFrom(...probabilities)
    .map((of) => Object.fromEntries(classes.map((name, at) => [`${side}:${name}`, of[at]!])));
}

export function tablesOf(task: Task): fc.Arbitrary<Table> {
  const label = { binary: ['0', '1'], regression: ['-2', '0.5', '1', '3'], multiclass: classes }[task];
  return fc.boolean().chain((withProbabilities) => {
    const row = fc
      .tuple(
        fc.constantFrom(...label),
        sideOf(task, 'challenger', withProbabilities),
        sideOf(task, 'champion', withProbabilities),
        fc.constantFrom('a', 'b', ''),
        fc.constantFrom('33', '34'),
        fc.boolean(),
      )
      .map(([truth, challenger, champion, source, week, right]) => ({
        label: truth,
        ...challenger,
        // Mostly right challengers: otherwise hardly anything passes.
        ...(right && task !== 'multiclass' ? { challenger: truth } : {}),
        ...(right && 'challenger' in challenger ? { challenger: truth } : {}),
        ...champion,
        source,
        week,
      }));
    return fc.tuple(fc.array(row, { maxLength: 14 }), fc.integer({ min: 1, max: 8 })).map(([rows, times]) =>
      Array.from({ length: times }, () => rows)
        .flat()
        .map((each, at) => ({ id: `r${at}`, ...each })),
    );
  });
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export function toCsv(table: Table): string {
  const columns = Object.keys(table[0] ?? { id: '', label: '', challenger: '' });
  const lines = table.map((row) => columns.map((name) => quoted(row[name] ?? '')).join(','));
  return [columns.join(','), ...lines].join('\n');
}

/** Whether a person would take the cells of every row for what they should be; a label may be missing if that is said. */
export function isBelievable(task: Task, table: Table, mayMiss = false): boolean {
  const ids = table.map((row) => row['id']);
  const isNumber = (cell: string | undefined): boolean =>
    /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell ?? '') && Math.abs(Number(cell)) <= Number.MAX_VALUE;
  const isScore = (cell: string | undefined): boolean =>
    isNumber(cell) && (task === 'regression' || (Number(cell) >= 0 && Number(cell) <= 1));
  const believable = (row: Table[number], side: string): boolean => {
    const given = classes.map((name) => row[`${side}:${name}`]);
    if (given.every((cell) => cell !== undefined)) {
      const sum = given.reduce((total, cell) => total + Number(cell), 0);
      return given.every(isScore) && Math.abs(sum - 1) <= 1e-3 && row[side] === undefined;
    }
    return task === 'multiclass' ? row[side] !== '' && row[side] !== undefined : isScore(row[side]);
  };
  const isLabel = (cell: string | undefined): boolean => {
    if (mayMiss && cell === '') return true;
    if (task === 'multiclass') return cell !== '' && cell !== undefined;
    return isNumber(cell) && (task === 'regression' || Number(cell) === 0 || Number(cell) === 1);
  };
  const sidesOf = ['challenger', 'champion'].filter((side) =>
    table.some((row) =>
      Object.entries(row).some(([name, cell]) => name.split(':')[0] === side && cell !== ''),
    ),
  );
  // A side that decides for no class of the rows has other names for them.
  const labels = table.map((row) => row['label']).filter((label) => label !== '');
  const meets = (side: string): boolean =>
    task !== 'multiclass' ||
    labels.length === 0 ||
    table.some((row) => row[side] === undefined || labels.includes(row[side]));
  return (
    sidesOf.every(meets) &&
    new Set(ids).size === ids.length &&
    table.every((row) => row['id'] !== '' && isLabel(row['label'])) &&
    table.every((row) => sidesOf.every((side) => believable(row, side)))
  );
}

/** Chance of at least so many successes, term by term. */
export function upperTail(successes: number, trials: number, probability: number): number {
  let [sum, ways] = [0, 1];
  for (let count = 0; count <= trials; count++) {
    if (count >= successes) sum += ways * probability ** count * (1 - probability) ** (trials - count);
    ways = (ways * (trials - count)) / (count + 1);
  }
  return sum;
}

const wrong = fc.constantFrom(
  '',
  'NaN',
  'Infinity',
  '-1',
  '1e999',
  '2',
  '0x1',
  'null',
  ' ',
  '"',
  'gnu',
  'r0',
);

/** Row, column and what is written there. */
export const editsOfCells = fc.array(fc.tuple(fc.nat(), fc.nat(), wrong), { maxLength: 3 });

export const sliceColumns: readonly string[] = ['source', 'week'];

/** The table with a few cells, none of a slice, written anew. */
export function spoil(table: Table, edits: readonly (readonly [number, number, string])[]): Table {
  const edited = table.map((row) => ({ ...row }));
  for (const [at, column, cell] of edits) {
    const row = edited[at % Math.max(1, edited.length)];
    const names = Object.keys(row ?? {}).filter((name) => !sliceColumns.includes(name));
    if (row) row[names[column % names.length]!] = cell;
  }
  return edited;
}
