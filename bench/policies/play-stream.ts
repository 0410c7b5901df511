/**
 * Every rule over one stream: tuned on the first windows of each play, counted in the others.
 *
 * Owns: which setting is taken, and the means over plays. Does not own: what a rule sees (play-rule.ts).
 */
import { seedRandom } from '../../shared/gates/statistics/random.ts';
import { advice, asMany, listContenders, policies, type View } from './contenders.ts';
import { learners } from './learners.ts';
import { LossMatrix, type Stream, ways } from './loss-matrix.ts';
import { leastCost } from './oracle.ts';
import { type Outcome, playRule } from './play-rule.ts';
import { playLength, type Rule, referenceOf, ruleOf, tuningLength, type World } from './rule.ts';

export const prices = [0.1, 0.3, 1, 3];
/** Groups of the second view alone: all plays at one price each. */
export const priceGroups = prices.map((price) => `price ${price}`);
export const delays = [0, 2, 4];
const firstOffset = 10;
const offsetStep = 5;
export const mostOffsets = 10;
const draws = 5;
/** No more runs start in the test part of a play with the same budget. */
const mostRuns = 9;
export const oracle = 'oracle';

interface Result {
  readonly cost: number;
  readonly runs: number;
}

/** By group of plays (`all`, `delay 2`, `gates on`, `price 0.1`), view and rule: the means over the plays. */
export type Results = Readonly<Record<string, Readonly<Record<View, Readonly<Record<string, Result>>>>>>;

type Sums = Record<string, Record<View, Record<string, Result>>>;

export interface Extent {
  readonly seed: string;
  /** At most 10; fewer are spread over the same windows. */
  readonly offsets: number;
  /** Windows until labels come. */
  readonly delays: readonly number[];
}

export function playStream(stream: Stream, { seed, offsets, delays: waits }: Extent): Results {
  const sums: Sums = {};
  const plays = new Map<string, number>();
  for (const learner of Object.values(learners)) {
    for (const latest of Object.values(ways)) {
      const matrix = new LossMatrix(stream, learner, latest);
      for (let place = 0; place < offsets; place++) {
        const offset = firstOffset + place * offsetStep * Math.floor(mostOffsets / offsets);
        for (const delay of waits) {
          const reference = referenceOf(matrix, offset, delay);
          for (const isGated of [false, true]) {
            const groups = ['all', `delay ${delay}`, `gates ${isGated ? 'on' : 'off'}`];
            for (const group of [...groups, ...priceGroups]) plays.set(group, (plays.get(group) ?? 0) + 1);
            const world = { matrix, offset, delay, isGated, reference };
            playWorld(world, `${seed} ${stream.name} ${offset}`, (view, name, results) => {
              const mean = meanResult(results);
              for (const group of groups) add(sums, group, view, name, mean);
              if (view === 'budget') return;
              for (const [at, group] of priceGroups.entries()) add(sums, group, view, name, results[at]!);
            });
          }
        }
      }
    }
  }
  return meansOf(sums, plays);
}

function add(sums: Sums, group: string, view: View, name: string, { cost, runs }: Result): void {
  sums[group] ??= { budget: {}, price: {} };
  const sum = sums[group][view];
  const before = sum[name] ?? { cost: 0, runs: 0 };
  sum[name] = { cost: before.cost + cost, runs: before.runs + runs };
}

function meansOf(sums: Sums, plays: ReadonlyMap<string, number>): Results {
  const divide = (of: Record<string, Result>, by: number) =>
    Object.fromEntries(
      Object.entries(of).map(([name, { cost, runs }]) => [name, { cost: cost / by, runs: runs / by }]),
    );
  return Object.fromEntries(
    Object.entries(sums).map(([group, { budget, price }]) => {
      const by = plays.get(group)!;
      return [group, { budget: divide(budget, by), price: divide(price, by) }];
    }),
  );
}

/** Of the results at each price, or of the one under the same budget. */
function meanResult(results: readonly Result[]): Result {
  const mean = (of: (result: Result) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  return { cost: mean(({ cost }) => cost), runs: mean(({ runs }) => runs) };
}

type Note = (view: View, name: string, results: readonly Result[]) => void;

function playWorld(world: World, seed: string, note: Note): void {
  for (const view of ['budget', 'price'] as const) {
    const of = view === 'budget' ? [0] : prices;
    const told = (view === 'budget' ? [null] : prices).map((price) => listContenders({ world, price, seed }));
    for (const [at, { name, settings }] of told[0]!.entries()) {
      // Only advice is told the price: every other setting is the same at all.
      const counted =
        name === advice
          ? told.map((list, index) => playTuned(world, list[at]!.settings, [of[index]!])[0]!)
          : playTuned(world, settings, of);
      note(view, name, counted);
      if (name !== advice) continue;
      for (const [kind, like] of Object.entries(asMany))
        note(view, like, playAsMany(world, view, seed, kind === 'uniform', counted, of));
    }
    const most = view === 'budget' ? mostRuns : Number.POSITIVE_INFINITY;
    const least = of.map((price) => ({ cost: leastCost(world, most, price), runs: 0 }));
    note(view, oracle, least);
  }
}

type Settings = ReturnType<typeof listContenders>[number]['settings'];

/** For each price of a run, the setting that costs the least in the tuning part, counted in the test part. */
function playTuned(world: World, settings: Settings, of: readonly number[]): readonly Result[] {
  const play = (setting: number, part: 'tuning' | 'test'): { loss: number; runs: number } => {
    const { open, policy } = settings[setting]!;
    return meanOutcome(open().map((rule) => playRule(world, rule, policy, part)));
  };
  const tuned = settings.length === 1 ? [] : settings.map((_, setting) => play(setting, 'tuning'));
  const played = new Map<number, { loss: number; runs: number }>();
  return of.map((price) => {
    const costs = tuned.map(({ loss, runs }) => loss + price * runs);
    const best = Math.max(0, costs.indexOf(Math.min(...costs)));
    const { loss, runs } = played.get(best) ?? play(best, 'test');
    played.set(best, { loss, runs });
    return { cost: loss + price * runs, runs };
  });
}

function meanOutcome(outcomes: readonly Outcome[]): { loss: number; runs: number } {
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0) / outcomes.length;
  return { loss: sum(({ loss }) => loss), runs: sum(({ runs }) => runs.length) };
}

/** At equal distances, or at random: as many runs as advice started. */
function playAsMany(
  world: World,
  view: View,
  seed: string,
  isUniform: boolean,
  counted: readonly Result[],
  of: readonly number[],
): readonly Result[] {
  return of.map((price, at) => {
    const { runs: count } = counted[at]!;
    const starts = isUniform
      ? [spread(count)]
      : Array.from({ length: draws }, (_, draw) => drawStarts(count, `${seed} ${draw}`));
    const rules = starts.map((windows): Rule => ruleOf('schedule', (window) => windows.has(window)));
    const { loss, runs } = meanOutcome(rules.map((rule) => playRule(world, rule, policies[view], 'test')));
    return { cost: loss + price * runs, runs };
  });
}

const length = playLength - tuningLength;

const spread = (count: number): ReadonlySet<number> =>
  new Set(Array.from({ length: count }, (_, at) => tuningLength + Math.floor(((at + 0.5) * length) / count)));

function drawStarts(count: number, seed: string): ReadonlySet<number> {
  const random = seedRandom(seed);
  const found = new Set<number>();
  while (found.size < Math.min(count, length)) found.add(tuningLength + random.index(length));
  return found;
}
