/** The gates' power beside that of other methods, by metric: which of these keep their word, and where gates are behind. */
import { counted } from '../../shared/domain/plural.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { renderTable } from '../measure/table.ts';
import type { CellFigures, Compared } from './figures.ts';

/** Less of another method's power than this is behind it. */
const enough = 0.9;
/** The chance that a method which keeps its word in a whole family is taken for one that does not. */
const doubt = 0.01;

interface Pair {
  readonly cell: string;
  readonly worlds: number;
  readonly gate: number | null;
  /** What no valid method can do better. */
  readonly ceiling: number;
  readonly other: Compared;
}

/**
 * Bounds on a metric, or gains in it, and one other method. Nothing in the rows tells which of the family's populations they
 * are from, so a method is valid where it keeps its word in all of them.
 */
interface Family {
  readonly name: string;
  readonly pairs: readonly Pair[];
  readonly broken: readonly Pair[];
  readonly behind: readonly Pair[];
}

export function tellComparisons(cells: readonly CellFigures[]): string[] {
  const families = findFamilies(cells);
  if (families.length === 0) return [];
  const rows = families.map(({ name, pairs, broken, behind }) => [
    name,
    String(pairs.length),
    broken.length === 0
      ? '-'
      : `${broken.length}, up to ${Number(Math.max(...broken.map(timesOf)).toPrecision(3))} times`,
    String(behind.length),
    medianRatio(pairs),
  ]);
  const headings = [
    'bounds or gains, and another method',
    'cells',
    'breaks its word',
    'gate behind',
    'ratio',
  ];
  const [valid, others] = [
    families.filter(({ broken }) => broken.length === 0),
    families.filter(({ broken }) => broken.length > 0),
  ];
  return [
    'Other methods in the same worlds: in how many cells they pass more often than stated, at any look; in how many the gate has less than nine tenths of their power; and the median of its power in multiples of theirs:',
    '',
    renderTable(headings, rows),
    '',
    ...listBehind('a method that keeps its word in all cells of its family', valid),
    ...listBehind('a method that breaks its word in other cells of its family', others),
    '',
  ];
}

function findFamilies(cells: readonly CellFigures[]): Family[] {
  const pairs = cells.flatMap(({ cell, worlds, power, compared }) =>
    compared.map((other) => ({
      ...{ cell, worlds, other },
      gate: power?.gate ?? null,
      ceiling: power?.ceiling ?? 1,
    })),
  );
  const groups = Map.groupBy(pairs, ({ cell, other }) => `${familyOf(cell)}: ${other.name}`);
  return [...groups].map(([name, pairs]) => {
    const broken = pairs.filter((pair) => breaksWord(pair, pairs.length));
    const behind = pairs.filter((pair) => isBehind(pair) && !broken.includes(pair));
    return { name, pairs, broken, behind };
  });
}

/** The first two words of a cell's name are the metric and the rule. */
function familyOf(cell: string): string {
  const [metric, rule] = cell.split(',')[0]!.split(' ');
  return `${metric} ${rule === 'atLeast' || rule === 'atMost' ? 'bounds' : 'gains'}`;
}

function breaksWord({ worlds, other: { atLooks, exact } }: Pair, pairs: number): boolean {
  const least = doubt / pairs / atLooks.length;
  return atLooks.some(({ share, stated }) =>
    exact
      ? share > stated * (1 + 1e-9)
      : exactProportion(Math.round(share * worlds), worlds).atMost(stated) < least,
  );
}

const isBehind = ({ gate, ceiling, other: { power } }: Pair): boolean =>
  gate !== null && power !== null && gate < enough * Math.min(power, ceiling);

const timesOf = ({ other }: Pair): number =>
  Math.max(...other.atLooks.map(({ share, stated }) => share / stated));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function medianRatio(pairs: readonly Pair[]): string {
  const ratios = pairs
    .flatMap(({ gate, other: { power } }) => (gate !== null && power ? [gate / power] : []))
    .sort((a, b) => a - b);
  const middle = ratios[Math.floor(ratios.length / 2)];
  return middle === undefined ? '-' : middle.toFixed(2);
}

function listBehind(whom: string, families: readonly Family[]): string[] {
  const cells = new Set(families.flatMap(({ pairs }) => pairs.map(({ cell }) => cell)));
  if (cells.size === 0) return [];
  const behind = families.flatMap((family) => family.behind);
  const count = new Set(behind.map(({ cell }) => cell)).size;
  return [
    `Gates have less than nine tenths of the power of ${whom} in ${count} of ${counted(cells.size, 'cell')}.`,
    ...behind.map(
      ({ cell, gate, ceiling, other }) =>
        `  ${cell}: ${percent(gate!)} against ${percent(other.power!)} of ${other.name}${ceiling < other.power! ? `, where no valid method does more than ${percent(ceiling)}` : ''}`,
    ),
  ];
}
