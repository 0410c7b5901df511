/** Rows drawn from populations, as the gates read them. */
import type { Predictions, Rows, SliceColumn } from '../../shared/gates/rows.ts';
import { normalQuantile } from '../../shared/gates/statistics/normal.ts';
import type { Random } from '../../shared/gates/statistics/random.ts';
import { countUp } from '../../shared/gates/statistics/typed.ts';
import { type Missing, takeLabels } from './missing.ts';
import {
  intervalsOf,
  namesOf,
  type Population,
  type Said,
  scoreOf,
  spreadTops,
} from './populations/population.ts';

/** What rows weigh, whatever is in them, so that weights change no truth. */
export const weightings = {
  equal: null,
  lognormal: (random) => Math.exp(normalQuantile(1 - random.unit())),
  'Pareto 1.5': (random) => (1 - random.unit()) ** (-1 / 1.5),
  'six of weight 1': (_, row) => (row < 6 ? 1 : 0),
} as const satisfies Readonly<Record<string, ((random: Random, row: number) => number) | null>>;

/**
 * How rows depend on each other. A row repeats the one it hangs on with a chance and is drawn afresh otherwise, which
 * leaves every law as it is, and makes whatever a metric sees of the rows correlate as stated: in clusters the chance
 * is the root of the intra-class correlation, in a series the correlation of neighbours (Jacobs and Lewis, Journal of
 * the Royal Statistical Society B 40, 1978).
 */
export type Dependence =
  | { readonly kind: 'clusters'; readonly size: number; readonly correlation: number }
  | { readonly kind: 'series'; readonly correlation: number };

export interface WorldLaw {
  /** One for each value of the column `part`, each with as many rows as the next. */
  readonly parts: readonly Population[];
  readonly rows: number;
  readonly weights: keyof typeof weightings;
  readonly dependence: Dependence | null;
  /** Whether the gates are told of the dependence; not when omitted. */
  readonly told?: boolean;
  /** Rows that have no label; all have one when omitted. */
  readonly missing?: Missing;
  /** Share of class 1 that truths are of, where it is not that of what is drawn. */
  readonly priors?: number;
}

/** Rows of one world, before they are scores. */
interface Drawn {
  /** Places in the laws of labels, and of what either side says. */
  readonly label: Uint32Array;
  readonly challenger: Uint32Array;
  readonly champion: Uint32Array;
}

export function drawWorld(random: Random, law: WorldLaw): Predictions {
  const drawn = drawLabelled(random, law);
  return law.missing ? takeLabels(random, drawn, law.missing) : drawn;
}

function drawLabelled(random: Random, law: WorldLaw): Predictions {
  const rows = law.rows;
  const [first] = law.parts as [Population];
  const classes = first.task === 'multiclass' ? first.labels.values.length : 0;
  const labels = new Float64Array(rows);
  const challenger = emptySide(rows, first.challenger);
  const champion = first.champion && emptySide(rows, first.champion);
  const slices = new Map<string, Uint32Array>();
  for (const [at, population] of law.parts.entries()) {
    const from = Math.round((at * rows) / law.parts.length);
    const to = Math.round(((at + 1) * rows) / law.parts.length);
    const drawn = drawRows(random, population, to - from, law.dependence);
    for (let row = from; row < to; row++) labels[row] = population.labels.values[drawn.label[row - from]!]!;
    fillSide(challenger, population.challenger, drawn.label, drawn.challenger, labels, from);
    if (champion) fillSide(champion, population.champion!, drawn.label, drawn.champion, labels, from);
    slices.set(
      `p${at}`,
      countUp(to - from).map((row) => row + from),
    );
  }
  const weigh: ((random: Random, row: number) => number) | null = weightings[law.weights];
  const weights = weigh && Float64Array.from({ length: rows }, (_, row) => weigh(random, row));
  const column: SliceColumn = { rowsOf: slices, overflow: false };
  return {
    labels,
    challenger: challenger.scores,
    champion: champion?.scores ?? null,
    weights,
    intervals: {
      challenger: intervalsOf(first.challenger, challenger.scores),
      champion: champion && first.champion ? intervalsOf(first.champion, champion.scores) : null,
    },
    classes:
      classes > 0
        ? {
            names: namesOf(classes),
            challenger: tellClasses(challenger, classes),
            champion: tellClasses(champion, classes),
          }
        : null,
    slices: law.parts.length > 1 ? new Map([['part', column]]) : new Map(),
    dependence: law.told ? tellDependence(law.dependence, rows) : null,
    idHashes: null,
    notes: [],
  };
}

/** The rows of each part make clusters of their own: parts are as long as whole clusters. */
function tellDependence(dependence: Dependence | null, rows: number): NonNullable<Rows['dependence']> | null {
  if (!dependence) return null;
  if (dependence.kind === 'series') return { kind: 'order', column: 'time', of: countUp(rows) };
  const of = countUp(rows).map((row) => Math.floor(row / dependence.size));
  return { kind: 'groups', column: 'customer', of };
}

interface Side {
  readonly scores: Float64Array;
  readonly tops: Float64Array | null;
}

const emptySide = (rows: number, said: Said): Side => ({
  scores: new Float64Array(rows),
  tops: said.tops ? new Float64Array(rows) : null,
});

function fillSide(
  side: Side,
  said: Said,
  label: Uint32Array,
  places: Uint32Array,
  labels: Float64Array,
  from: number,
): void {
  for (let at = 0; at < places.length - 1; at++) {
    const value = said.of[label[at]!]!.values[places[at]!]!;
    side.scores[from + at] = scoreOf(said, labels[from + at]!, value);
    if (side.tops) side.tops[from + at] = said.tops![label[at]!]![places[at]!]!;
  }
}

function tellClasses(side: Side | null, classes: number) {
  const probabilities = side?.tops ? spreadTops(side.scores, side.tops, classes) : null;
  return { known: Array<boolean>(classes).fill(true), probabilities };
}

/** One row more than asked for: the last is what a cluster hangs on. */
function drawRows(
  random: Random,
  population: Population,
  rows: number,
  dependence: Dependence | null,
): Drawn {
  const [label, challenger, champion] = Array.from({ length: 3 }, () => new Uint32Array(rows + 1));
  const drawn: Drawn = { label: label!, challenger: challenger!, champion: champion! };
  const keep =
    dependence === null
      ? 0
      : dependence.kind === 'series'
        ? dependence.correlation
        : Math.sqrt(dependence.correlation);
  for (let row = 0; row < rows; row++) {
    if (dependence?.kind === 'clusters' && row % dependence.size === 0)
      drawRow(random, population, drawn, rows);
    const source = dependence?.kind === 'clusters' ? rows : row - 1;
    if (keep > 0 && source >= 0 && random.unit() < keep) copyRow(drawn, source, row);
    else drawRow(random, population, drawn, row);
  }
  return drawn;
}

function drawRow(random: Random, population: Population, drawn: Drawn, row: number): void {
  const kind = population.labels.placeAt(random.unit());
  const quantile = random.unit();
  drawn.label[row] = kind;
  drawn.challenger[row] = population.challenger.of[kind]!.placeAt(quantile);
  if (!population.champion) return;
  const other = random.unit() < population.agreement ? quantile : random.unit();
  drawn.champion[row] = population.champion.of[kind]!.placeAt(other);
}

function copyRow({ label, challenger, champion }: Drawn, from: number, to: number): void {
  label[to] = label[from]!;
  challenger[to] = challenger[from]!;
  champion[to] = champion[from]!;
}
