/** The figures as tables of Markdown, as the page has them. */
import type { Comparison, StreamResults } from './compare-rules.ts';
import type { View } from './contenders.ts';
import { oracle } from './play-stream.ts';

export interface Figures {
  readonly settings: { readonly seed: string; readonly offsets: number };
  readonly streams: readonly StreamResults[];
  /** None of fewer than two streams. */
  readonly comparisons: readonly Comparison[];
  readonly seconds: number;
}

const titles: Readonly<Record<View, string>> = {
  budget: 'The same budget: the sum of error rates',
  price: 'The price of a run: the mean over four prices',
};

const cells = (...values: readonly string[]): string => `| ${values.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [cells(...head), `|${'---|'.repeat(head.length)}`, ...rows.map((row) => cells(...row))].join('\n');
const chance = (p: number): string => (p < 0.0001 ? 'under 0.0001' : p.toFixed(4));

function tellComparison({
  view,
  friedman,
  criticalDifference,
  standings,
  oracle: least,
}: Comparison): string[] {
  const groups = Object.keys(standings[0]!.ranks).filter((group) => group !== 'all');
  return [
    `### ${titles[view]}`,
    '',
    table(
      ['rule', 'average rank', 'cost', 'runs', 'advice wins, ties, loses', 'p', 'p (Holm)'],
      standings.map(({ rule, averageRank, cost, runs, against }) => [
        rule === 'advice' ? '**advice**' : rule,
        averageRank.toFixed(2),
        cost.toFixed(2),
        runs.toFixed(1),
        against ? `${against.wins}, ${against.ties}, ${against.losses}` : '',
        against ? chance(against.p) : '',
        against ? chance(against.corrected) : '',
      ]),
    ),
    '',
    `Oracle: ${least.toFixed(2)}. Friedman: chi-square ${friedman.chiSquare.toFixed(1)}, F ${friedman.f.toFixed(2)}, p ${chance(friedman.p)}. Critical difference of average ranks at 0.05: ${criticalDifference.toFixed(2)}.`,
    '',
    'Average ranks by group of plays:',
    '',
    table(
      ['rule', ...groups],
      standings.map(({ rule, ranks }) => [rule, ...groups.map((group) => ranks[group]!.toFixed(2))]),
    ),
    '',
  ];
}

function tellStreams(streams: readonly StreamResults[], view: View): string[] {
  const rules = Object.keys(streams[0]!.results['all']![view]).filter((rule) => rule !== oracle);
  return [
    `### Each stream: ${titles[view].toLowerCase()}`,
    '',
    table(
      ['', ...rules, oracle],
      streams.map(({ stream, results }) => [
        stream,
        ...[...rules, oracle].map((rule) => results['all']![view][rule]!.cost.toFixed(2)),
      ]),
    ),
    '',
  ];
}

export function tellFigures({ settings, streams, comparisons, seconds }: Figures): string {
  return [
    `Seed ${settings.seed}, ${streams.length} streams, ${settings.offsets} offsets, ${Math.round(seconds)} s.`,
    '',
    ...comparisons.flatMap(tellComparison),
    ...(['budget', 'price'] as const).flatMap((view) => tellStreams(streams, view)),
  ]
    .join('\n')
    .trimEnd();
}

const [begin, end] = ['<!-- figures of bench:policies -->', '<!-- end of the figures -->'];

/** The page with the figures between its two marks. */
export function writeFigures(page: string, figures: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`page: expected the lines ${begin} and ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${figures}\n\n${page.slice(to)}`;
}
