/**
 * Reads the predictions of an evaluation: CSV with a header line (RFC 4180 quoting), columns as docs/jobs.md names
 * them.
 *
 * Owns: text to rows, with every row that cannot be used counted under its reason.
 * Does not own: what the rows mean for a gate.
 */
export interface Predictions {
  /** True classes, 0 or 1, row by row. */
  readonly labels: Uint8Array;
  /** Challenger's scores for class 1, in [0, 1]. */
  readonly challenger: Float64Array;
  /** Champion's scores for class 1 in the same rows, or null where the file has none. */
  readonly champion: Float64Array | null;
  readonly notes: readonly string[];
}

export type ParsedPredictions = Predictions | { readonly broken: string };

export function parsePredictions(text: string): ParsedPredictions {
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
    width: header.length,
    id: at('id'),
    label: at('label'),
    challenger: at('challenger'),
    champion: at('champion'),
  });
}

interface Columns {
  readonly width: number;
  readonly id: number;
  readonly label: number;
  readonly challenger: number;
  /** -1 where the file has no such column. */
  readonly champion: number;
}

function collectRows(rows: readonly (readonly string[])[], columns: Columns): ParsedPredictions {
  const seen = new Set<string>();
  const withoutChampion = columns.champion < 0 || rows.every((row) => (row[columns.champion] ?? '') === '');
  const labels: number[] = [];
  const challenger: number[] = [];
  const champion: number[] = [];
  for (const [index, row] of rows.entries()) {
    const problem = checkRow(row, columns, withoutChampion, seen);
    // One row that cannot be believed makes the file one that cannot be: leaving rows out would choose the result.
    if (problem) return { broken: `predictions.csv: row ${index + 1}: ${problem}` };
    labels.push(Number(row[columns.label]));
    challenger.push(Number(row[columns.challenger]));
    if (!withoutChampion) champion.push(Number(row[columns.champion]));
  }
  return {
    labels: Uint8Array.from(labels),
    challenger: Float64Array.from(challenger),
    champion: withoutChampion ? null : Float64Array.from(champion),
    notes: [],
  };
}

function checkRow(
  row: readonly string[],
  columns: Columns,
  withoutChampion: boolean,
  seen: Set<string>,
): string | undefined {
  if (row.length !== columns.width) return `it has ${row.length} fields, the header has ${columns.width}`;
  const id = row[columns.id] ?? '';
  if (id === '') return 'its id is empty';
  if (seen.has(id)) return `its id ${JSON.stringify(id)} stands in an earlier row`;
  seen.add(id);
  const label = row[columns.label];
  if (label !== '0' && label !== '1') return `label is ${JSON.stringify(label)}, not 0 or 1`;
  const scores = withoutChampion ? (['challenger'] as const) : (['challenger', 'champion'] as const);
  for (const name of scores) {
    const text = row[columns[name]] ?? '';
    const score = Number(text);
    if (text.trim() === '' || !(score >= 0 && score <= 1)) {
      return `${name} is ${JSON.stringify(text)}, not a score between 0 and 1`;
    }
  }
  return undefined;
}

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
