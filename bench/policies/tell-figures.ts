/** The figures as tables of Markdown, as the page has them. */
import type { Comparison, Standing, StreamResults } from './compare-rules.ts';
import type { View } from './contenders.ts';
import { oracle } from './play-stream.ts';

export interface Figures {
  readonly settings: { readonly seed: string; readonly offsets: number };
  readonly streams: readonly StreamResults[];
  /** None of fewer than two streams. */
  readonly comparisons: readonly Comparison[];
  /** The second view, at each price by itself. */
  readonly atPrices: readonly Comparison[];
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
const nameOf = (rule: string): string => (rule === 'advice' ? '**advice**' : rule);

const comparedHead = ['advice wins, ties, loses', 'p', 'p (Holm)'];
function tellAgainst({ against }: Standing): readonly string[] {
  if (!against) return comparedHead.map(() => '');
  const { wins, ties, losses, p, corrected } = against;
  return [`${wins}, ${ties}, ${losses}`, chance(p), chance(corrected)];
}
function tellStanding({ averageRank, cost, runs }: Standing): readonly string[] {
  return [averageRank.toFixed(2), cost.toFixed(2), runs.toFixed(1)];
}
const standingHead = ['average rank', 'cost', 'runs'];

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
      ['rule', ...standingHead, ...comparedHead],
      standings.map((each) => [nameOf(each.rule), ...tellStanding(each), ...tellAgainst(each)]),
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

function tellPrices(atPrices: readonly Comparison[]): string[] {
  if (atPrices.length === 0) return [];
  const rules = atPrices[0]!.standings.map(({ rule }) => rule);
  const tabulate = (head: readonly string[], cellsOf: (standing: Standing) => readonly string[]): string =>
    table(
      ['rule', ...atPrices.flatMap(({ among }) => head.map((name) => `${among}: ${name}`))],
      rules.map((rule) => [
        nameOf(rule),
        ...atPrices.flatMap(({ standings }) => cellsOf(standings.find((each) => each.rule === rule)!)),
      ]),
    );
  const least = atPrices.map(({ among, oracle: cost }) => `${cost.toFixed(2)} at ${among}`);
  return [
    '### Each price by itself',
    '',
    tabulate(standingHead, tellStanding),
    '',
    `Oracle: ${least.join(', ')}.`,
    '',
    'Advice against each other rule, p-values corrected over the rules at that price:',
    '',
    tabulate(comparedHead, tellAgainst),
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

export function tellFigures({ settings, streams, comparisons, atPrices, seconds }: Figures): string {
  return [
    `Seed ${settings.seed}, ${streams.length} streams, ${settings.offsets} offsets, ${Math.round(seconds)} s.`,
    '',
    ...comparisons.flatMap(tellComparison),
    ...tellPrices(atPrices),
    ...(['budget', 'price'] as const).flatMap((view) => tellStreams(streams, view)),
  ]
    .join('\n')
    .trimEnd();
}
