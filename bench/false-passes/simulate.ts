/** How often the gate of a cell passes: where the truth is on its limit, and where it is a distance better. */
import { type GateConfig, GatesSchema } from '../../shared/config/gate-schema.ts';
import type { GateResult } from '../../shared/domain/gate-report.ts';
import { judgeEvidence } from '../../shared/gates/judge-evidence.ts';
import type { Predictions } from '../../shared/gates/rows.ts';
import { askConfidence, lookAgain } from '../../shared/gates/spend-error.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { seedRandom } from '../../shared/gates/statistics/random.ts';
import { ceilingOf } from './ceiling.ts';
import type { Cell } from './cell.ts';
import { type Comparison, comparisonsFor } from './compare.ts';
import type { AtLook, CellFigures, Compared, FalsePasses, Power, Rate } from './figures.ts';
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
  readonly comparisons: readonly Comparison[];
}

export function simulateCell(cell: Cell, trials: Trials): CellFigures {
  const started = process.cpuUsage();
  const judging = prepare(cell);
  const { figures, errors, compared } = judgeOnLimit(judging, trials);
  const measured = cell.known === null ? measurePower(judging, errors, trials) : null;
  const { user, system } = process.cpuUsage(started);
  return {
    ...figures,
    power: measured?.power ?? null,
    compared: compared.map((each, at) => ({
      ...each,
      // Where its power is measured an exact method must keep its word, too.
      atLooks: measured?.elsewhere[at] ? worseOf(each.atLooks, measured.elsewhere[at]) : each.atLooks,
      power: measured?.ofCompared[at] ?? null,
    })),
    msPerWorld: (user + system) / 1000 / trials.worlds,
  };
}

/** The same without the power. */
export function countFalsePasses(cell: Cell, trials: Trials): FalsePasses {
  return judgeOnLimit(prepare(cell), trials).figures;
}

function prepare(cell: Cell): Judging {
  const law = cell.law();
  const comparisons = isPlain(law) ? comparisonsFor(cell.metric, cell.rule) : [];
  const parts = law.parts.map((part) => withPriors(part, law.priors));
  return { cell, law, rule: ruleOn(cell.rule, cell.metric, parts), comparisons };
}

/** Whether other methods are judged in the cell, too. */
export const isCompared = ({ metric, rule, law }: Cell): boolean =>
  comparisonsFor(metric, rule).length > 0 && isPlain(law());

/** Whether rows are independent and count alike. */
const isPlain = ({ weights, dependence, priors, missing }: WorldLaw): boolean =>
  weights === 'equal' && dependence === null && priors === undefined && !missing;

/** Worlds in which the truth is on the limit. */
function judgeOnLimit(
  { cell, law, rule, comparisons }: Judging,
  { seed, worlds, sureness }: Trials,
): { figures: FalsePasses; errors: readonly number[]; compared: readonly Omit<Compared, 'power'>[] } {
  const random = seedRandom(`${seed}/${cell.name}`);
  const gate = rule.gate(0)!;
  const passed = looks.map(() => 0);
  const passedBy = comparisons.map(() => looks.map(() => 0));
  const errors: number[] = [];
  let noInterval = 0;
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
    for (const [of, { judge, passesAtLimit }] of comparisons.entries()) {
      if (passesAtLimit) continue;
      const passes = judge(rows, rule.truth, rule.goal);
      for (const [at, { stated }] of looks.entries()) if (passes(stated)) passedBy[of]![at]!++;
    }
  }
  const rateOf = (count: number): Rate => ({
    share: count / worlds,
    ...exactProportion(count, worlds).interval(sureness),
  });
  const ratesOf = (counts: readonly number[]) =>
    looks.map(({ look, stated }, at) => ({ look, stated, ...rateOf(counts[at]!) }));
  const atLooks = ratesOf(passed);
  const figures = {
    cell: cell.name,
    truth: rule.truth,
    worlds,
    atLooks,
    noInterval: noInterval / worlds,
    noValue: 1 - errors.length / worlds,
    method,
    known: cell.known,
    bad: atLooks.some(({ low, stated }) => low > stated),
  };
  const compared = comparisons.map(({ name, passesAtLimit }, of) => ({
    name,
    exact: passesAtLimit !== undefined,
    atLooks: passesAtLimit ? computeRates(passesAtLimit, law.rows, rule) : ratesOf(passedBy[of]!),
  }));
  return { figures, errors, compared };
}

const worseOf = (these: readonly AtLook[], those: readonly AtLook[]): AtLook[] =>
  these.map((each, at) => (those[at]!.share > each.share ? those[at]! : each));

/** Of a method whose rates need no worlds. */
function computeRates(
  passesAtLimit: NonNullable<Comparison['passesAtLimit']>,
  rows: number,
  { truth, goal }: Rule,
): AtLook[] {
  return looks.map(({ look, stated }) => {
    const share = passesAtLimit(rows, truth, goal, stated);
    return { look, stated, share, low: share, high: share };
  });
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
  { cell, law, rule, comparisons }: Judging,
  errors: readonly number[],
  { seed, worlds }: Trials,
): {
  power: Power;
  ofCompared: readonly number[];
  /** How often each passes where that limit is the truth; null of those that take worlds to tell. */
  elsewhere: readonly (AtLook[] | null)[];
} | null {
  if (errors.length < worlds / 2) return null;
  const sorted = Float64Array.from(errors).sort();
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  const distance = quantile(1 - stated) - quantile(1 - oraclePower);
  const gate = distance > 0 ? rule.gate(distance) : null;
  if (gate === null) return null;
  const limit = rule.goal === 'above' ? rule.truth - distance : rule.truth + distance;
  const random = seedRandom(`${seed}/${cell.name}/power`);
  const most = Math.min(Math.ceil(worlds / 2), mostPowerWorlds);
  let [passed, withheld] = [0, 0];
  const passedBy = comparisons.map(() => 0);
  for (let world = 0; world < most; world++) {
    const rows = drawWorld(random, law);
    const { verdict, interval } = judge(law, gate, rows, { world, at: 0 });
    if (verdict === 'passed') passed++;
    else if (interval && (rule.goal === 'above' ? interval.low > limit : interval.high < limit)) withheld++;
    for (const [of, { judge }] of comparisons.entries()) {
      if (judge(rows, limit, rule.goal)(stated)) passedBy[of]!++;
    }
  }
  return {
    power: {
      distance,
      gate: passed / most,
      withheld: withheld / most,
      ceiling: isPlain(law) ? ceilingOf({ ...cell, law }, rule, limit, stated) : null,
    },
    ofCompared: passedBy.map((count) => count / most),
    elsewhere: comparisons.map(({ passesAtLimit }) =>
      passesAtLimit ? computeRates(passesAtLimit, law.rows, { ...rule, truth: limit }) : null,
    ),
  };
}
