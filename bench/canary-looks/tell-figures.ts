import { figure, renderTable } from '../measure/table.ts';
import type { Cell } from './cells.ts';
import type { MethodErrors } from './methods.ts';
import type { Found, Outcome, Settings, Share } from './simulate.ts';

export interface Figures {
  readonly settings: Settings;
  readonly alpha: number;
  readonly cells: readonly (Omit<Cell, 'check'> & { readonly outcome: Outcome })[];
  readonly methods: readonly MethodErrors[];
  readonly found: readonly Found[];
}

const percent = (share: number): string => `${figure(100 * share)} %`;
const ranged = ({ share, low, high }: Share): string =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`;

export function tellFigures({ settings, alpha, cells, methods, found }: Figures): string {
  const worst = (direction: 'forward' | 'back'): Share =>
    cells.map(({ outcome }) => outcome.shared[direction]).toSorted((a, b) => b.share - a.share)[0]!;
  return [
    `Of ${settings.worlds} worlds, those in which a version exactly at the limit is let forward, or rolled back, at any look (95 % interval of the simulation); at most ${percent(alpha)} is promised for each:`,
    '',
    renderTable(
      [
        ...['true shares', 'requests', 'looks', 'forward, shared error', 'back, shared error'],
        ...['forward, each look', 'back, each look'],
      ],
      cells.map(({ name, requests, looks, outcome }) => [
        ...[name, String(requests), String(looks)],
        ...[ranged(outcome.shared.forward), ranged(outcome.shared.back)],
        ...[percent(outcome.each.forward.share), percent(outcome.each.back.share)],
      ]),
    ),
    '',
    `The most: forward ${ranged(worst('forward'))}, back ${ranged(worst('back'))}.`,
    '',
    'The chance that one look at a comparison rolls back by luck, summed exactly, by the error that it is asked:',
    '',
    renderTable(
      ['requests', "champion's", 'its share', 'limit', 'asked', 'score interval', 'exact'],
      methods.map((cell) => [
        ...[String(cell.trials), String(cell.championTrials), percent(cell.championRate)],
        ...[`${percent(cell.margin)} more`, String(cell.asked)],
        ...[cell.score.toPrecision(2), cell.exact.toPrecision(2)],
      ]),
    ),
    '',
    'When a broken version is rolled back (half of the worlds; 19 of 20):',
    '',
    renderTable(
      ['limit', 'bad', 'requests a look', 'looks', 'requests'],
      found.map(({ check, rate, requestsALook, looks, requests }) => [
        ...[check, percent(rate), String(requestsALook)],
        ...[`${looks.median}; ${looks.late}`, `${requests.median}; ${requests.late}`],
      ]),
    ),
  ].join('\n');
}
