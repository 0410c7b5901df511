/** Every rule with its grid: eight settings, or none to choose from. */
import { PolicySchema } from '../../shared/config/policy-schema.ts';
import type { Policy } from '../../shared/config/schema.ts';
import { adviceConfig, adviceRule } from './advice-rule.ts';
import { adwinRule, caraRule, cusumRule, kswinRule, pageHinkleyRule, thresholdRule } from './detectors.ts';
import { type Rule, ruleOf, type World } from './rule.ts';
import { fitForecast, upfLikeRule } from './upf-like.ts';

/** `budget`: the same hours in the same ledger. `price`: a run has a price. */
export type View = 'budget' | 'price';

/** Of all that are opened the mean is taken. */
interface Setting {
  readonly open: () => readonly Rule[];
  readonly policy: Policy;
}

interface Contender {
  readonly name: string;
  readonly settings: readonly Setting[];
}

export const advice = 'advice';
export const asMany = { uniform: 'uniform, as many', random: 'random, as many' } as const;

/** Hours of jobs, each run takes one, in 30 days: of everyone where the budget is the same. */
const sameHours = 3;
const policyOf = (hours: number | null): Policy =>
  PolicySchema.parse({
    cooldown: 'PT0S',
    ...(hours !== null && { budget: { window: 'P30D', computeHours: hours } }),
  });
export const policies: Readonly<Record<View, Policy>> = {
  budget: policyOf(sameHours),
  price: policyOf(null),
};

const periods = [3, 5, 8, 12, 18, 27, 40, 60];
const above = [0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2];
const priced = [0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12];
const deltas = [0.0002, 0.002, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5];
const staleness = [0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3];
const sums = [0.1, 0.2, 0.4, 0.7, 1, 1.5, 3, 6];
const limits = [1, 2, 3, 4, 5, 7, 10, 15];
const pairs = <A, B>(some: readonly A[], others: readonly B[]): readonly (readonly [A, B])[] =>
  some.flatMap((a) => others.map((b) => [a, b] as const));

const periodic = (period: number, phase: number): Rule =>
  ruleOf('schedule', (window) => window % period === phase);

/** Hours that nobody needs. */
const plenty = 1_000;

interface Play {
  readonly world: World;
  /** Of a run, in windows full of errors; null: the budget is the same. */
  readonly price: number | null;
  /** Of what is drawn inside of a rule. */
  readonly seed: string;
}

export function listContenders(play: Play): readonly Contender[] {
  const { world, price, seed } = play;
  const view = price === null ? 'budget' : 'price';
  const policy = policies[view];
  const one = (open: () => Rule): Setting => ({ open: () => [open()], policy });
  const each = <Value>(values: readonly Value[], open: (value: Value) => Rule): readonly Setting[] =>
    values.map((value) => one(() => open(value)));
  const forecast = fitForecast(world);
  return [
    { name: 'never', settings: [one(() => ruleOf('schedule', () => false))] },
    { name: 'always', settings: [one(() => ruleOf('schedule', () => true))] },
    {
      name: 'periodic',
      settings: periods.map((period) => ({
        open: () => Array.from({ length: period }, (_, phase) => periodic(period, phase)),
        policy,
      })),
    },
    { name: 'error threshold', settings: each(above, (value) => thresholdRule(world, value)) },
    { name: 'ADWIN', settings: each(deltas, adwinRule) },
    {
      name: 'KSWIN',
      settings: each(
        pairs([0.005, 0.02, 0.1, 0.3], [
          [10, 4],
          [20, 7],
        ] as const),
        ([alpha, [size, latest]]) => kswinRule(alpha, size, latest, seed),
      ),
    },
    {
      name: 'Page-Hinkley',
      settings: each(pairs([0.005, 0.02], [5, 15, 50, 150]), ([delta, lambda]) =>
        pageHinkleyRule(delta, lambda),
      ),
    },
    { name: 'CUSUM', settings: each(limits, (limit) => cusumRule(world, limit)) },
    { name: 'CARA-T-like', settings: each(staleness, (limit) => caraRule(world, limit, false)) },
    { name: 'CARA-CT-like', settings: each(sums, (limit) => caraRule(world, limit, true)) },
    {
      name: 'UPF-like',
      settings: each(pairs([-0.67, 0], [0.1, 0.3, 0.7, 1.5]), ([deviations, least]) =>
        upfLikeRule(world, forecast, deviations, least),
      ),
    },
    { name: advice, settings: adviceSettings(play) },
  ];
}

/** Advice spends by the budget of its policy file, which admission keeps as well; where a run has a price it is told that. */
function adviceSettings({ world, price }: Play): readonly Setting[] {
  const configs =
    price === null
      ? above.map((value) => adviceConfig(world, value, { computeHours: sameHours }))
      : priced.map((value) => adviceConfig(world, value, { computeHours: plenty, pricePerHour: price }));
  return configs.map((config) => ({ open: () => [adviceRule(config)], policy: config.policy }));
}
