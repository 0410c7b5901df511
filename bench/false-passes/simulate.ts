/** How often the gate of a cell passes: where the truth is on its limit, and where it is a distance better. */
import { type GateConfig, GatesSchema } from '../../shared/config/gate-schema.ts';
import type { GateResult } from '../../shared/domain/gate-report.ts';
import { judgeEvidence } from '../../shared/gates/judge-evidence.ts';
import type { Predictions } from '../../shared/gates/rows.ts';
import { askConfidence, lookAgain } from '../../shared/gates/spend-error.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { seedRandom } from '../../shared/gates/statistics/random.ts';
import type { Cell } from './cell.ts';
import { type Comparison, comparisonFor, passesWith } from './compare.ts';
import { discrete } from './populations/discrete.ts';
import type { Population } from './populations/population.ts';
import { confidence, type Rule, ruleOn } from './rules.ts';
import { drawWorld, type WorldLaw } from './world.ts';

/** Looks at the same rows, with what the ledger lets each spend and the error that a gate states for it. */
export const looks = [1, 2, 5].map((look) => {
  const taken = lookAgain(look, undefined);
  return { look, taken, stated: (1 - askConfidence(confidence, taken.share)!) / 2 };
});
const stated = looks[0]!.stated;

/** What a test that knows how the estimate errs finds, at the distance at which power is measured. */
export const oraclePower = 0.8;
const mostPowerWorlds = 500;

/** A count among worlds, with the exact interval that so many leave. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

interface AtLook extends Rate {
  readonly look: number;
  readonly stated: number;
}

interface FalsePasses {
  readonly cell: string;
  readonly truth: number;
  readonly worlds: number;
  readonly atLooks: readonly AtLook[];
  /** Shares of the worlds in which there was no interval, for want of rows, and no value at all. */
  readonly noInterval: number;
  readonly noValue: number;
  /** Method of the last interval there was. */
  readonly method: string | null;
  /** The usual method's false passes at the first look, where there is one. */
  readonly usual: (Rate & { readonly name: string }) | null;
  /** Why the gate is known to pass too often; null where it must not. */
  readonly known: string | null;
  /** Whether it surely passes more often than stated. */
  readonly bad: boolean;
}

export interface CellFigures extends FalsePasses {
  readonly power: Power | null;
  /** Processor time, the worlds of the power included. */
  readonly msPerWorld: number;
}

/** Chances to pass at the first look where the truth is better than the limit. */
interface Power {
  readonly distance: number;
  readonly gate: number;
  /** Share of the worlds in which the interval would pass, and the gate says that the rows do not suffice for it. */
  readonly withheld: number;
  readonly usual: number | null;
}

interface Trials {
  readonly seed: string;
  readonly worlds: number;
  /** Confidence of the intervals of what is counted. */
  readonly sureness: number;
}

/** What a cell is made of, and how far its estimates lie on the good side of the truth. */
interface Judging {
  readonly cell: Cell;
  readonly law: WorldLaw;
  readonly rule: Rule;
  readonly usual: Comparison | null;
}

export function simulateCell(cell: Cell, trials: Trials): CellFigures {
  const started = process.cpuUsage();
  const judging = prepare(cell);
  const { figures, errors } = judgeOnLimit(judging, trials);
  const power = cell.known === null ? measurePower(judging, errors, trials) : null;
  const { user, system } = process.cpuUsage(started);
  return { ...figures, power, msPerWorld: (user + system) / 1000 / trials.worlds };
}

/** The same without the power. */
export function countFalsePasses(cell: Cell, trials: Trials): FalsePasses {
  return judgeOnLimit(prepare(cell), trials).figures;
}

function prepare(cell: Cell): Judging {
  const law = cell.law();
  const usual =
    law.weights === 'equal' && law.priors === undefined && !law.missing
      ? comparisonFor(cell.metric, cell.rule)
      : null;
  const parts = law.parts.map((part) => withPriors(part, law.priors));
  return { cell, law, rule: ruleOn(cell.rule, cell.metric, parts), usual };
}

/** Worlds in which the truth is on the limit. */
function judgeOnLimit(
  { cell, law, rule, usual }: Judging,
  { seed, worlds, sureness }: Trials,
): { figures: FalsePasses; errors: readonly number[] } {
  const random = seedRandom(`${seed}/${cell.name}`);
  const gate = rule.gate(0)!;
  const passed = looks.map(() => 0);
  const errors: number[] = [];
  let [noInterval, usualPassed] = [0, 0];
  let method: string | null = null;
  for (let world = 0; world < worlds; world++) {
    const rows = drawWorld(random, law);
    // What does not pass at the first look, which asks least, passes at none.
    for (let at = 0; at < looks.length; at++) {
      const { verdict, estimate, interval } = judge(law, gate, rows, { world, at });
      if (at === 0 && estimate !== null) {
        errors.push(rule.goal === 'above' ? estimate - rule.truth : rule.truth - estimate);
        if (interval === null) noInterval++;
        else method = interval.method;
      }
      if (verdict !== 'passed') break;
      passed[at]!++;
    }
    if (usual && passesWith(usual, rows, rule.goal, rule.truth, stated)) usualPassed++;
  }
  const rateOf = (count: number): Rate => ({
    share: count / worlds,
    ...exactProportion(count, worlds).interval(sureness),
  });
  const atLooks = looks.map(({ look, stated }, at) => ({ look, stated, ...rateOf(passed[at]!) }));
  const figures = {
    cell: cell.name,
    truth: rule.truth,
    worlds,
    atLooks,
    noInterval: noInterval / worlds,
    noValue: 1 - errors.length / worlds,
    method,
    usual: usual && { name: usual.name, ...rateOf(usualPassed) },
    known: cell.known,
    bad: atLooks.some(({ low, stated }) => low > stated),
  };
  return { figures, errors };
}

/** What production draws from. */
function withPriors(part: Population, priors: number | undefined): Population {
  return priors === undefined ? part : { ...part, labels: discrete([0, 1], [1 - priors, priors]) };
}

function judge(
  { parts, priors, missing }: WorldLaw,
  gate: GateConfig,
  predictions: Predictions,
  { world, at }: { readonly world: number; readonly at: number },
): GateResult {
  const report = judgeEvidence({
    runId: `world ${world}`,
    task: parts[0]!.task,
    gates: missing ? [gate, allowMissing(missing.assumed)] : [gate],
    hasChampion: predictions.champion !== null,
    predictions,
    rule: {
      costs: parts[0]!.costs,
      ...(priors !== undefined && { priors: { '0': 1 - priors, '1': priors } }),
    },
    metrics: null,
    trackedMetrics: {},
    look: { ...looks[at]!.taken, alpha: undefined },
  });
  return report.gates[0]!;
}

const allowMissing = (assumed: boolean): GateConfig =>
  GatesSchema.parse([
    {
      ...{ gate: 'labelled', kind: 'data', severity: 'block' },
      unlabelledShare: { atMost: 1, ...(assumed && { assume: 'missing-at-random' }) },
    },
  ])[0]!;

/** Null where no limit lies so far from the truth, or too few worlds have a value. */
function measurePower(
  { cell, law, rule, usual }: Judging,
  errors: readonly number[],
  { seed, worlds }: Trials,
): Power | null {
  if (errors.length < worlds / 2) return null;
  const sorted = Float64Array.from(errors).sort();
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  const distance = quantile(1 - stated) - quantile(1 - oraclePower);
  const gate = distance > 0 ? rule.gate(distance) : null;
  if (gate === null) return null;
  const limit = rule.goal === 'above' ? rule.truth - distance : rule.truth + distance;
  const random = seedRandom(`${seed}/${cell.name}/power`);
  const most = Math.min(Math.ceil(worlds / 2), mostPowerWorlds);
  let [passed, withheld, usualPassed] = [0, 0, 0];
  for (let world = 0; world < most; world++) {
    const rows = drawWorld(random, law);
    const { verdict, interval } = judge(law, gate, rows, { world, at: 0 });
    if (verdict === 'passed') passed++;
    else if (interval && (rule.goal === 'above' ? interval.low > limit : interval.high < limit)) withheld++;
    if (usual && passesWith(usual, rows, rule.goal, limit, stated)) usualPassed++;
  }
  return { distance, gate: passed / most, withheld: withheld / most, usual: usual && usualPassed / most };
}
