/** One number against one rule of the model file, whatever it was read from. Pure. */
import type { Json } from '../domain/json.ts';
import type { Recovery, Signal } from '../domain/signal.ts';
import { describeSurety } from './describe-surety.ts';

/** What the rules of all sources have in common. */
interface Rule {
  readonly name: string;
  /** Exactly one of the two is set. */
  readonly below?: number | undefined;
  readonly above?: number | undefined;
  readonly breaches: number;
  readonly windows: number;
  readonly confidence?: number | undefined;
  readonly valueIs?: 'proportion' | undefined;
}

/** A number as it was observed. */
interface Observation {
  readonly model: string;
  /** What kind of rule it is, the first part of the cause: `metric`, `query`, `run`. */
  readonly ruleKind: 'metric' | 'query' | 'run';
  readonly source: string;
  /** What the number is, for a person: the metric's name. */
  readonly what: string;
  /** Finite. */
  readonly value: number;
  /** Rows it was computed over; null where nothing says so. */
  readonly sample: number | null;
  /** Null, or absent: it came without. */
  readonly standardError?: number | null;
  /** Why it came without, where more is known. */
  readonly noError?: string | undefined;
  /** Names the stretch of time, or the run, that the number is about. */
  readonly window: string;
  readonly observedAt: string | null;
  /** Further evidence. */
  readonly evidence: { readonly [key: string]: Json };
}

export type Judgement =
  | { readonly rule: string; readonly signal: Signal }
  | { readonly rule: string; readonly recovery: Recovery };

export interface Judgements {
  readonly breaches: readonly { readonly rule: string; readonly signal: Signal }[];
  readonly recoveries: readonly { readonly rule: string; readonly recovery: Recovery }[];
}

/**
 * A signal where the number lies beyond the threshold, a recovery where it does not. Both are named after the window. Whether
 * one that a rule with a confidence gives is sure enough, admission says.
 */
export function judgeValue(rule: Rule, seen: Observation): Judgement {
  const { model, source, observedAt, what, value, sample, window } = seen;
  const cause = `${seen.ruleKind}:${rule.name}`;
  const [relation, limit] =
    rule.below === undefined ? (['above', rule.above!] as const) : (['below', rule.below] as const);
  const basis = sample === null ? `window ${window}` : `n=${sample}, window ${window}`;
  const sure = describeSurety(rule, seen, { side: relation, limit });
  const say = (verb: string) =>
    `${what} ${value.toPrecision(4)} ${verb} ${relation} ${limit}${verb === 'is' ? (sure?.said ?? '') : ''} (${basis}).`;
  const isBreach = relation === 'below' ? value < limit : value > limit;
  if (!isBreach) {
    const id = `recovery:${model}:${cause}:${window}`;
    const known = sure?.tested && { evidence: sure.tested };
    const recovery = { id, model, cause, observedAt, source, summary: say('is not'), ...known };
    return { rule: rule.name, recovery };
  }
  const signal: Signal = {
    id: `metric:${model}:${rule.name}:${window}`,
    model,
    kind: 'metric',
    observedAt,
    source,
    summary: say('is'),
    evidence: {
      rule: rule.name,
      metric: what,
      value,
      limit,
      sample,
      window,
      ...sure?.numbers,
      ...seen.evidence,
    },
    cause,
    ...(sure && { test: sure.test }),
    ...(rule.windows > 1 && { persistence: { breaches: rule.breaches, of: rule.windows } }),
  };
  return { rule: rule.name, signal };
}

/** Parts judgements into breaches and recoveries, each in the order given. */
export function partJudgements(judgements: readonly Judgement[]): Judgements {
  return {
    breaches: judgements.filter((judgement) => 'signal' in judgement),
    recoveries: judgements.filter((judgement) => 'recovery' in judgement),
  };
}
