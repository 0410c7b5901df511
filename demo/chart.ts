/** A small chart for a terminal. Pure: no colours, plain text. */

interface Series {
  readonly mark: string;
  /** One value a column, between 0 and 1; null leaves the column empty. */
  readonly values: readonly (number | null)[];
}

const columnWidth = 7;
/** Marks stand over the middle of a label of five characters. */
const markColumn = 5;
const rowLimit = 12;
const rowSteps = [0.01, 0.02, 0.05, 0.1] as const;

/**
 * Draws series over the same columns, the first on top of the others. The scale fits the values, with the finest step
 * a row that needs at most twelve rows. `labels` stand below the columns.
 */
export function drawChart(series: readonly Series[], labels: readonly string[]): string[] {
  const values = series.flatMap(({ values }) => values.filter((value) => value !== null));
  if (values.length === 0) return [];
  const range = { least: Math.min(...values), greatest: Math.max(...values) };
  const step = rowSteps.find((size) => (range.greatest - range.least) / size < rowLimit - 1) ?? 0.1;
  const columns = Math.max(...series.map(({ values }) => values.length));
  const rows: string[] = [];
  for (let row = toRow(range.greatest, step, Math.ceil); row >= toRow(range.least, step, Math.floor); row--) {
    const cells = Array.from({ length: columns }, (_, column) => markAt(series, column, row, step));
    const label = `${Math.round(row * step * 100)} %`.padStart(6);
    rows.push(
      `${label} │${cells.map((cell) => cell.padStart(markColumn).padEnd(columnWidth)).join('')}`.trimEnd(),
    );
  }
  const indent = ' '.repeat(7);
  rows.push(`${indent}└${'─'.repeat(columns * columnWidth + 1)}`);
  rows.push(`${indent} ${labels.map((label) => label.padStart(columnWidth)).join('')}`);
  return rows;
}

function markAt(series: readonly Series[], column: number, row: number, step: number): string {
  const here = series.find(({ values }) => {
    const value = values[column];
    return value !== null && value !== undefined && toRow(value, step, Math.round) === row;
  });
  return here?.mark ?? ' ';
}

/** Floating-point noise must not move a value that lies on a row: 0.07 / 0.01 is 7.000000000000001. */
function toRow(value: number, step: number, round: (quotient: number) => number): number {
  return round(Number((value / step).toFixed(6)));
}
