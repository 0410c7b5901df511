/**
 * Reads the predictions of an evaluation: CSV with a header line (RFC 4180 quoting), columns as docs/jobs.md names
 * them.
 *
 * Owns: text to rows, with every row that cannot be used counted under its reason.
 * Does not own: what the rows mean for a gate.
 *
 * Invariant: rows come sorted by id, so nothing after this can depend on the order of the file.
 */
import type { Task } from '../config/metric-catalog.ts';
import type { Predictions, SliceColumn } from './rows.ts';

export interface ReadingOptions {
  readonly task: Task;
  /** Columns to read as slices; one that the file lacks is left out. */
  readonly sliceColumns: readonly string[];
}

export type ParsedPredictions = Predictions | { readonly broken: string };

export function parsePredictions(text: string, options: ReadingOptions): ParsedPredictions {
  const lines = splitLines(text);
  const header = lines[0] ?? [];
  const at = (name: string): number => header.indexOf(name);
  const missing = ['id', 'label', 'challenger'].filter((name) => at(name) < 0);
  if (missing.length > 0) {
    return {
      broken: `predictions.csv: the header lacks ${missing.join(', ')}; it has: ${header.join(', ') || 'nothing'}`,
    };
  }
  if (new Set(header).size !== header.length)
    return { broken: 'predictions.csv: the header names a column twice' };
  return collectRows(lines.slice(1), {
    task: options.task,
    width: header.length,
    id: at('id'),
    label: at('label'),
    challenger: at('challenger'),
    champion: at('champion'),
    weight: at('weight'),
    slices: options.sliceColumns.filter((name) => at(name) >= 0).map((name) => [name, at(name)]),
  });
}

/** Places of the columns; -1 where the file has no such column. */
interface Columns {
  readonly task: Task;
  readonly width: number;
  readonly id: number;
  readonly label: number;
  readonly challenger: number;
  readonly champion: number;
  readonly weight: number;
  readonly slices: readonly (readonly [name: string, at: number])[];
}

type Fields = readonly string[];

function collectRows(rows: readonly Fields[], columns: Columns): ParsedPredictions {
  const seen = new Set<string>();
  const withoutChampion = columns.champion < 0 || rows.every((row) => (row[columns.champion] ?? '') === '');
  for (const [index, row] of rows.entries()) {
    const problem = checkRow(row, columns, withoutChampion, seen);
    // One row that cannot be believed makes the file one that cannot be: leaving rows out would choose the result.
    if (problem) return { broken: `predictions.csv: row ${index + 1}: ${problem}` };
  }
  const byId = [...rows].sort((a, b) => (a[columns.id]! < b[columns.id]! ? -1 : 1));
  const numbers = (at: number): Float64Array => Float64Array.from(byId, (row) => Number(row[at]));
  const weights = columns.weight < 0 ? null : numbers(columns.weight);
  if (weights && rows.length > 0 && !weights.some((weight) => weight > 0)) {
    return { broken: 'predictions.csv: no row has a weight above 0' };
  }
  return {
    labels: numbers(columns.label),
    challenger: numbers(columns.challenger),
    champion: withoutChampion ? null : numbers(columns.champion),
    weights,
    slices: new Map(columns.slices.map(([name, at]) => [name, sliceColumn(byId, at)])),
    notes: [],
  };
}

/** Row numbers by the column's value, values in order. */
function sliceColumn(rows: readonly Fields[], at: number): SliceColumn {
  const byValue = new Map<string, number[]>();
  for (const [index, row] of rows.entries()) {
    const value = row[at] ?? '';
    const known = byValue.get(value);
    if (known) known.push(index);
    else byValue.set(value, [index]);
  }
  return new Map([...byValue].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function checkRow(
  row: Fields,
  columns: Columns,
  withoutChampion: boolean,
  seen: Set<string>,
): string | undefined {
  if (row.length !== columns.width) return `it has ${row.length} fields, the header has ${columns.width}`;
  const id = row[columns.id] ?? '';
  if (id === '') return 'its id is empty';
  if (seen.has(id)) return `its id ${JSON.stringify(id)} stands in an earlier row`;
  seen.add(id);
  const label = row[columns.label] ?? '';
  // Whatever is not said to be a regression gets the stricter reading.
  const binary = columns.task !== 'regression';
  if (binary && label !== '0' && label !== '1') return `label is ${JSON.stringify(label)}, not 0 or 1`;
  if (!binary && !isNumber(label)) return `label is ${JSON.stringify(label)}, not a finite number`;
  const scores = withoutChampion ? (['challenger'] as const) : (['challenger', 'champion'] as const);
  for (const name of scores) {
    const text = row[columns[name]] ?? '';
    const score = Number(text);
    if (!isNumber(text) || (binary && !(score >= 0 && score <= 1))) {
      const wanted = binary ? 'a score between 0 and 1' : 'a finite number';
      return `${name} is ${JSON.stringify(text)}, not ${wanted}`;
    }
  }
  const weight = columns.weight < 0 ? '1' : (row[columns.weight] ?? '');
  if (!isNumber(weight) || Number(weight) < 0)
    return `weight is ${JSON.stringify(weight)}, not a number of 0 or more`;
  return undefined;
}

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

/** Fields of each line. A quoted field may hold commas, line ends and doubled quotes. Blank lines are passed over. */
function splitLines(text: string): string[][] {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines: string[][] = [];
  let fields: string[] = [];
  const pattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|\r|$)/y;
  for (let position = 0; position < source.length; position = pattern.lastIndex) {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    // A stray quote: the rest becomes one field, which makes the row one that cannot be read.
    if (!match) return [...lines, [...fields, source.slice(position)]];
    const field = match[1] ?? '';
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (match[2] === ',') {
      if (pattern.lastIndex === source.length) fields.push('');
      else continue;
    }
    if (fields.length > 1 || fields[0] !== '') lines.push(fields);
    fields = [];
  }
  return lines;
}
