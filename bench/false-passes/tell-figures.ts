import { renderTable } from '../measure/table.ts';
import { type CellFigures, looks, oraclePower, type Rate } from './simulate.ts';

export interface Figures {
  readonly settings: { readonly seed: string; readonly worlds: number };
  readonly cells: readonly CellFigures[];
  /** Where only the names were asked for. */
  readonly names: readonly string[] | null;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const ranged = ({ share, low, high }: Rate): string =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`;

/** Bad cells are marked with `!`, those known to be bad with `k`. */
export function tellFigures({ settings, cells }: Figures): string {
  const rows = cells.map((figures) => {
    const { cell, atLooks, noInterval, noValue, power, usual } = figures;
    return [
      `${markOf(figures)} ${cell}`,
      ranged(atLooks[0]!),
      ...atLooks.map(({ share, stated }) => (share / stated).toFixed(2)),
      percent(noInterval),
      percent(noValue),
      power ? percent(power.gate) : '-',
      power ? percent(power.withheld) : '-',
      usual ? `${usual.name} ${percent(usual.share)}` : '-',
      power?.usual ? percent(power.usual) : '-',
    ];
  });
  const headings = [
    '  cell',
    'false passes at look 1 (99 %)',
    ...looks.map(({ look, stated }) => `by the ${Number((100 * stated).toPrecision(3))} % of look ${look}`),
    'no interval',
    'no value',
    'power',
    'withheld',
    'usual method',
    'its power',
  ];
  return [
    `Worlds in which the truth is on the gate's limit, ${settings.worlds} for each cell; power where a test that knows how the estimate errs passes ${percent(oraclePower)}:`,
    '',
    renderTable(headings, rows),
    '',
    summary(cells),
  ].join('\n');
}

function markOf({ bad, known }: CellFigures): string {
  if (known !== null) return bad ? 'k' : ' ';
  return bad ? '!' : ' ';
}

function summary(cells: readonly CellFigures[]): string {
  const bad = findBad(cells);
  const known = cells.filter((each) => each.bad && each.known !== null);
  const reasons = [...new Set(known.map((each) => each.known))];
  return [
    `${bad.length} of ${cells.length} cells pass more often than stated (!), beside ${known.length} that are known to (k).`,
    ...reasons.map((reason) => `k: ${reason}`),
  ].join('\n');
}

/** Cells that surely pass more often than stated, where nothing says that they may. */
const findBad = (cells: readonly CellFigures[]): readonly CellFigures[] =>
  cells.filter(({ bad, known }) => bad && known === null);

/** For the end of a run: which cells, at which look, how often. */
export function listBad(cells: readonly CellFigures[]): string | null {
  const bad = findBad(cells);
  if (bad.length === 0) return null;
  const lines = bad.map(({ cell, atLooks }) => {
    const at = atLooks.filter(({ low, stated }) => low > stated);
    const told = at.map((each) => `look ${each.look} ${ranged(each)} in place of ${percent(each.stated)}`);
    return `  ${cell}: ${told.join(', ')}`;
  });
  return [`${bad.length} cells pass more often than stated:`, ...lines].join('\n');
}
