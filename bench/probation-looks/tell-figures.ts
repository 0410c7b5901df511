import { figure, renderTable } from '../measure/table.ts';
import type { Cell, Outcome, Share } from './simulate.ts';

export interface Figures {
  readonly settings: { readonly seed: string; readonly worlds: number };
  readonly alpha: number;
  readonly cells: readonly (Omit<Cell, 'gates'> & { readonly outcome: Outcome })[];
}

const percent = (share: number): string => `${figure(100 * share)} %`;
const ranged = ({ share, low, high }: Share): string =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`;

export function tellFigures({ settings, alpha, cells }: Figures): string {
  const worst = (direction: 'settled' | 'back'): Share =>
    cells.map(({ outcome }) => outcome.shared[direction]).toSorted((a, b) => b.share - a.share)[0]!;
  return [
    `Of ${settings.worlds} worlds, those in which a version exactly at the limit is settled, or taken back, at any look (95 % interval of the simulation); at most ${percent(alpha)} is promised for each:`,
    '',
    renderTable(
      [
        ...['version', 'rows', 'labels asked', 'looks', 'settled, shared error', 'back, shared error'],
        ...['settled, each look', 'back, each look'],
      ],
      cells.map(({ name, rows, labels, looks, outcome }) => [
        ...[name, String(rows), String(labels), String(looks)],
        ...[ranged(outcome.shared.settled), ranged(outcome.shared.back)],
        ...[percent(outcome.each.settled.share), percent(outcome.each.back.share)],
      ]),
    ),
    '',
    `The most: settled ${ranged(worst('settled'))}, back ${ranged(worst('back'))}.`,
  ].join('\n');
}
