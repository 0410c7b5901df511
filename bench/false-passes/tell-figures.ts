import { counted } from '../../shared/domain/plural.ts';
import { renderTable } from '../measure/table.ts';
import type { CellFigures, Rate } from './figures.ts';
import { looks, oraclePower } from './simulate.ts';
import { tellComparisons } from './tell-comparisons.ts';

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
    const { cell, atLooks, noInterval, noValue, power, compared } = figures;
    return [
      `${markOf(figures)} ${cell}`,
      ranged(atLooks[0]!),
      ...atLooks.map(({ share, stated }) => (share / stated).toFixed(2)),
      percent(noInterval),
      percent(noValue),
      power ? percent(power.gate) : '-',
      power ? percent(power.withheld) : '-',
      power?.ceiling == null || power.ceiling === 1 ? '-' : percent(power.ceiling),
      compared.map(({ name, atLooks }) => `${name} ${percent(atLooks[0]!.share)}`).join(', ') || '-',
      compared.map(({ power }) => (power === null ? '-' : percent(power))).join(', ') || '-',
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
    'at most',
    'other methods',
    'their power',
  ];
  return [
    `Worlds in which the truth is on the gate's limit, ${settings.worlds} for each cell; power where a test that knows how the estimate errs passes ${percent(oraclePower)}:`,
    '',
    renderTable(headings, rows),
    '',
    'By metric and rule: the worst cell of each, in multiples of what is stated, and the median power of all:',
    '',
    summarizeByRule(cells),
    '',
    ...tellComparisons(cells),
    summary(cells),
  ].join('\n');
}

/** The first two words of a cell's name are the metric and the rule. */
function summarizeByRule(cells: readonly CellFigures[]): string {
  const groups = Map.groupBy(cells, ({ cell }) => cell.split(',')[0]!);
  const rows = [...groups].map(([name, group]) => {
    const counted = group.filter(({ known }) => known === null);
    const worst = looks.map((_, at) =>
      Math.max(0, ...counted.map(({ atLooks }) => atLooks[at]!.share / atLooks[at]!.stated)),
    );
    const powers = counted.flatMap(({ power }) => power?.gate ?? []).sort((a, b) => a - b);
    const median = powers[Math.floor(powers.length / 2)];
    return [
      name,
      String(group.length),
      ...worst.map((times) => times.toFixed(2)),
      String(findBad(group).length),
      String(group.filter(({ bad, known }) => bad && known !== null).length),
      median === undefined ? '-' : percent(median),
    ];
  });
  const ofLooks = looks.map(({ look }) => `worst at look ${look}`);
  return renderTable(['metric and rule', 'cells', ...ofLooks, 'bad', 'known', 'power'], rows);
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
  return [`passes more often than stated in ${counted(bad.length, 'cell')}:`, ...lines].join('\n');
}
