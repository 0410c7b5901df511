/** Gates whose limit is the truth, or lies a distance from it. */
import { type GateConfig, GatesSchema } from '../../shared/config/gate-schema.ts';
import { findMetric } from '../../shared/config/metric-catalog.ts';
import { gainOf } from '../../shared/gates/scored-side.ts';
import { type Population, trueValue } from './populations/population.ts';

export type RuleName =
  | 'atLeast'
  | 'atMost'
  | 'non-inferiority'
  | 'relative non-inferiority'
  | 'superiority'
  | 'gap'
  | 'slices';

/** Whether a rule is about a gain. */
export const isComparison = (rule: RuleName): boolean =>
  rule === 'superiority' || rule === 'non-inferiority' || rule === 'relative non-inferiority';

export const confidence = 0.95;

export interface Rule {
  /** What the gate is about: the true value, gain or gap. */
  readonly truth: number;
  /** Whether larger is better. */
  readonly goal: 'above' | 'below';
  /** The gate that the truth violates by nothing, or, with a distance, keeps by so much; null where there is none. */
  readonly gate: (distance: number) => GateConfig | null;
}

/** The rule of this name, where the first of the parts is on its limit. */
export function ruleOn(name: RuleName, metric: string, parts: readonly Population[]): Rule {
  const [first] = parts as [Population];
  const common = { gate: 'g', metric, confidence, minimumRows: 1 };
  const { better } = findMetric(metric) ?? { better: 'higher' };
  if (name === 'gap') {
    const rates = parts.map((part) => trueRate(metric, part));
    const truth = Math.max(...rates) - Math.min(...rates);
    const slices = { by: 'part', minimumRows: 1 };
    return ruleOf(truth, 'below', (limit) => ({ ...common, kind: 'gap', slices, atMost: limit }));
  }
  const value = trueValue(metric, first, first.challenger);
  if (isComparison(name)) {
    const champion = trueValue(metric, first, first.champion!);
    const truth = gainOf(better, value, champion);
    if (name === 'relative non-inferiority') {
      const marginOf = (limit: number): number => -limit / Math.abs(champion);
      return ruleOf(truth, 'above', (limit) => ({
        ...{ ...common, kind: 'against-champion', rule: 'non-inferiority', marginIs: 'relative' },
        margin: marginOf(limit),
      }));
    }
    return ruleOf(truth, 'above', (limit) => {
      // Equal laws differ by rounding errors only.
      const margin = Math.abs(limit) < 1e-10 ? 0 : -limit;
      if (margin < 0) throw new Error(`${metric}: the truth of a comparison is above 0`);
      const rule = margin === 0 ? 'superiority' : 'non-inferiority';
      return { ...common, kind: 'against-champion', rule, margin };
    });
  }
  const side = name === 'slices' ? (better === 'higher' ? 'atLeast' : 'atMost') : name;
  const slices = name === 'slices' ? { slices: { by: 'part', minimumRows: 1 } } : {};
  return ruleOf(value, side === 'atLeast' ? 'above' : 'below', (limit) => ({
    ...common,
    ...slices,
    kind: 'bound',
    [side]: limit,
  }));
}

/** Gap gates have a rate that is no metric. */
function trueRate(metric: string, part: Population): number {
  if (metric !== 'selection_rate') return trueValue(metric, part, part.challenger);
  const { labels, challenger } = part;
  return labels.shares.reduce((sum, share, kind) => {
    const { values, shares } = challenger.of[kind]!;
    return sum + share * shares.reduce((inner, chance, at) => inner + (values[at]! >= 0.5 ? chance : 0), 0);
  }, 0);
}

function ruleOf(truth: number, goal: Rule['goal'], config: (limit: number) => object): Rule {
  return {
    truth,
    goal,
    gate: (distance) => {
      const limit = goal === 'above' ? truth - distance : truth + distance;
      const parsed = GatesSchema.safeParse([config(limit)]);
      if (parsed.success) return parsed.data[0]!;
      if (distance !== 0) return null;
      throw parsed.error;
    },
  };
}
