/** How often judging again promotes what it must not, and how often it finds a true gain. */
import { type AgainstChampionGate, type GateConfig, GatesSchema } from '../../shared/config/gate-schema.ts';
import type { HoldoutPart } from '../../shared/domain/holdout.ts';
import { spendError } from '../../shared/gates/spend-error.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { type Random, seedRandom } from '../../shared/gates/statistics/random.ts';
import { type Counts, difficulties, drawChallenger, drawWorld, judgeCounts } from './world.ts';

/** In how many of the worlds, as a share with the exact 95 % interval that so many worlds leave. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Ways of judging: by the point alone, by the gate without and with a ledger of looks. */
export const ways = ['naive', 'fixed', 'ledger'] as const;
type ByWay<T> = Readonly<Record<(typeof ways)[number], T>>;

export interface Settings {
  readonly seed: string;
  readonly worlds: number;
  readonly retrainings: number;
  readonly rows: number;
}

interface Rule {
  readonly name: string;
  readonly gate: GateConfig;
  /** The true gain of a challenger that violates the rule by nothing. */
  readonly edge: number;
}

/** The gates are those of a model file without `holdout`: the error of a life is 0.05. */
export const alpha = 0.05;

const readGate = (gate: Partial<AgainstChampionGate>): GateConfig =>
  GatesSchema.parse([{ gate: 'accuracy', kind: 'against-champion', metric: 'accuracy', ...gate }])[0]!;

export const rules: readonly Rule[] = [
  { name: 'superiority', gate: readGate({ rule: 'superiority' }), edge: 0 },
  { name: 'non-inferiority by 0.02', gate: readGate({ margin: 0.02 }), edge: -0.02 },
];

/** Worlds in which a challenger on the edge of the rule is promoted at some look at one holdout. */
export function judgeAgain(rule: Rule, settings: Settings): ByWay<Share> {
  const of = difficulties(rule.edge);
  return countWorlds(rule, settings, (random) => {
    const world = drawWorld(random, settings.rows, of);
    let parts = [neverSeen('all')];
    return Array.from({ length: settings.retrainings }, (_, run) => {
      const { share, parts: after } = spendError(parts, `run ${run}`, undefined);
      parts = [...after];
      return { counts: drawChallenger(random, [world]), share };
    });
  });
}

/** Looks at a part of a holdout of which a quarter is fresh at every look. */
const partsEvaluated = 4;

/** The same over the life of one part, where each look judges four parts and the next replaces the oldest. */
export function judgeRenewed(rule: Rule, settings: Settings): ByWay<Share> {
  const of = difficulties(rule.edge);
  const share = shareWhenRenewed();
  return countWorlds(rule, settings, (random) => {
    const worlds = Array.from({ length: 2 * partsEvaluated - 1 }, () =>
      drawWorld(random, Math.round(settings.rows / partsEvaluated), of),
    );
    return Array.from({ length: partsEvaluated }, (_, run) => ({
      counts: drawChallenger(random, worlds.slice(run, run + partsEvaluated)),
      share,
    }));
  });
}

/** What a look may spend once such a holdout has been judged often. */
export function shareWhenRenewed(): number {
  const ledger = new Map<number, HoldoutPart>();
  let share = 0;
  for (let run = 0; run < 200; run++) {
    const names = Array.from({ length: partsEvaluated }, (_, at) => run + at);
    const spending = spendError(
      names.map((name) => ledger.get(name) ?? neverSeen(String(name))),
      `run ${run}`,
      undefined,
    );
    for (const [at, name] of names.entries()) ledger.set(name, spending.parts[at]!);
    share = spending.share;
  }
  return share;
}

/** Worlds in which a challenger with this true gain passes a look that may spend this share. */
export function measurePower(
  { gate }: Rule,
  gain: number,
  share: number,
  { seed, worlds, rows }: Omit<Settings, 'retrainings'>,
): Share {
  let passed = 0;
  for (let world = 0; world < worlds; world++) {
    const random = seedRandom(`${seed}/power/${gain}/${rows}/${world}`);
    const counts = drawChallenger(random, [drawWorld(random, rows, difficulties(gain))]);
    if (passesLook(gate, counts, share)) passed++;
  }
  return shareOf(passed, worlds);
}

interface Judging {
  readonly counts: Counts;
  /** Of the error of a life, what the look may spend. */
  readonly share: number;
}

function countWorlds(
  { name, gate }: Rule,
  { seed, worlds, rows }: Settings,
  judgingsOf: (random: Random) => readonly Judging[],
): ByWay<Share> {
  const promoting = { naive: 0, fixed: 0, ledger: 0 };
  for (let world = 0; world < worlds; world++) {
    const judgings = judgingsOf(seedRandom(`${seed}/${name}/${rows}/${world}`));
    const promoted = judgings.map(({ counts, share }) => {
      const { estimate, limit, verdict } = judgeCounts(gate, counts, null);
      const fixed = verdict === 'passed';
      // A look never asks less than the gate itself does, so that what does not pass without a ledger needs no second judging.
      return { naive: estimate! > limit!, fixed, ledger: fixed && passesLook(gate, counts, share) };
    });
    for (const way of ways) if (promoted.some((each) => each[way])) promoting[way]++;
  }
  return {
    naive: shareOf(promoting.naive, worlds),
    fixed: shareOf(promoting.fixed, worlds),
    ledger: shareOf(promoting.ledger, worlds),
  };
}

function passesLook(gate: GateConfig, counts: Counts, share: number): boolean {
  // The number of the look stands in sentences only.
  const look = { version: null, look: 1, share, spent: share, alpha: undefined };
  return judgeCounts(gate, counts, look).verdict === 'passed';
}

const neverSeen = (part: string): HoldoutPart => ({ part, looks: [], earlier: { looks: 0, share: 0 } });

function shareOf(count: number, worlds: number): Share {
  const { low, high } = exactProportion(count, worlds).interval(0.95);
  return { share: count / worlds, low, high };
}
