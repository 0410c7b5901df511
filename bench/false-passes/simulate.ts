/** How often the gate of a cell passes: where the truth is on its limit, and where it is a distance better. */
import type { GateConfig } from '../../shared/config/gate-schema.ts';
import type { GateResult } from '../../shared/domain/gate-report.ts';
import { judgeEvidence } from '../../shared/gates/judge-evidence.ts';
import type { Predictions } from '../../shared/gates/rows.ts';
import { askConfidence, lookAgain } from '../../shared/gates/spend-error.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { seedRandom } from '../../shared/gates/statistics/random.ts';
import type { Cell } from './cell.ts';
import { type Comparison, comparisonFor, passesWith } from './compare.ts';
import { confidence, type Rule, ruleOn } from './rules.ts';
import { drawWorld } from './world.ts';

/** Looks at the same rows, with what the ledger lets each spend and the error that a gate states for it. */
export const looks = [1, 2, 5].map((look) => {
  const taken = lookAgain(look, undefined);
  return { look, taken, stated: (1 - askConfidence(confidence, taken.share)!) / 2 };
});
const stated = looks[0]!.stated;

/** What a test that knows how the estimate errs finds, at the distance at which power is measured. */
export const oraclePower = 0.8;
const mostPowerWorlds = 2000;

/** A count among worlds, with the exact 99 % interval that so many leave. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

interface AtLook extends Rate {
  readonly look: number;
  readonly stated: number;
}

export interface CellFigures {
  readonly cell: string;
  readonly truth: number;
  readonly worlds: number;
  readonly atLooks: readonly AtLook[];
  /** Shares of the worlds in which there was no interval, for want of rows, and no value at all. */
  readonly noInterval: number;
  readonly noValue: number;
  /** Method of the last interval there was. */
  readonly method: string | null;
  readonly power: Power | null;
  /** The usual method's false passes at the first look, where there is one. */
  readonly usual: (Rate & { readonly name: string }) | null;
  /** Why the gate is known to pass too often; null where it must not. */
  readonly known: string | null;
  /** Whether it surely passes more often than stated. */
  readonly bad: boolean;
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
}

function rateOf(count: number, trials: number): Rate {
  return { share: count / trials, ...exactProportion(count, trials).interval(0.99) };
}

export function simulateCell(cell: Cell, trials: Trials): CellFigures {
  const started = performance.now();
  const rule = ruleOn(cell.rule, cell.metric, cell.law.parts);
  const usual = cell.law.weights === 'equal' ? comparisonFor(cell.metric, cell.rule) : null;
  const tally = judgeOnLimit(cell, rule, usual, trials);
  const { worlds } = trials;
  const atLooks = looks.map(({ look, stated }, at) => ({
    look,
    stated,
    ...rateOf(tally.passed[at]!, worlds),
  }));
  return {
    cell: cell.name,
    truth: rule.truth,
    worlds,
    atLooks,
    noInterval: tally.noInterval / worlds,
    noValue: 1 - tally.errors.length / worlds,
    method: tally.method,
    power: cell.known === null ? measurePower(cell, rule, { usual, errors: tally.errors }, trials) : null,
    usual: usual && { name: usual.name, ...rateOf(tally.usualPassed, worlds) },
    known: cell.known,
    bad: atLooks.some(({ low, stated }) => low > stated),
    msPerWorld: (performance.now() - started) / worlds,
  };
}

/** Worlds in which the truth is on the limit. */
function judgeOnLimit(cell: Cell, rule: Rule, usual: Comparison | null, { seed, worlds }: Trials) {
  const random = seedRandom(`${seed}/${cell.name}`);
  const gate = rule.gate(0)!;
  const tally = {
    passed: looks.map(() => 0),
    noInterval: 0,
    usualPassed: 0,
    errors: [] as number[],
    method: null as string | null,
  };
  for (let world = 0; world < worlds; world++) {
    const rows = drawWorld(random, cell.law);
    // What does not pass at the first look, which asks least, passes at none.
    for (let at = 0; at < looks.length; at++) {
      const { verdict, estimate, interval } = judge(cell, gate, rows, { world, at });
      if (at === 0 && estimate !== null) {
        tally.errors.push(rule.goal === 'above' ? estimate - rule.truth : rule.truth - estimate);
        if (interval === null) tally.noInterval++;
        else tally.method = interval.method;
      }
      if (verdict !== 'passed') break;
      tally.passed[at]!++;
    }
    if (usual && passesWith(usual, rows, rule.goal, rule.truth, stated)) tally.usualPassed++;
  }
  return tally;
}

function judge(
  { law }: Cell,
  gate: GateConfig,
  predictions: Predictions,
  { world, at }: { readonly world: number; readonly at: number },
): GateResult {
  const report = judgeEvidence({
    runId: `world ${world}`,
    task: law.parts[0]!.task,
    gates: [gate],
    hasChampion: predictions.champion !== null,
    predictions,
    metrics: null,
    trackedMetrics: {},
    look: { ...looks[at]!.taken, alpha: undefined },
  });
  return report.gates[0]!;
}

/** Null where no limit lies so far from the truth, or too few worlds have a value. */
function measurePower(
  cell: Cell,
  rule: Rule,
  { usual, errors }: { readonly usual: Comparison | null; readonly errors: readonly number[] },
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
  const most = Math.min(worlds, mostPowerWorlds);
  let [passed, withheld, usualPassed] = [0, 0, 0];
  for (let world = 0; world < most; world++) {
    const rows = drawWorld(random, cell.law);
    const { verdict, interval } = judge(cell, gate, rows, { world, at: 0 });
    if (verdict === 'passed') passed++;
    else if (interval && (rule.goal === 'above' ? interval.low > limit : interval.high < limit)) withheld++;
    if (usual && passesWith(usual, rows, rule.goal, limit, stated)) usualPassed++;
  }
  return { distance, gate: passed / most, withheld: withheld / most, usual: usual && usualPassed / most };
}
