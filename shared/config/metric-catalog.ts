/**
 * The metrics Ratchet computes itself: what each is called, which way is better, what values it can have.
 *
 * Owns: names, tasks, directions and ranges: enough to check a model file before anything runs.
 * Does not own: the arithmetic (shared/gates/metrics, which has an entry for every name here; a test holds them equal).
 */
export const tasks = ['binary', 'regression'] as const;
export type Task = (typeof tasks)[number];

/** `zero`: the nearer to zero the better, from either side. */
export type Direction = 'higher' | 'lower' | 'zero';

export interface MetricKind {
  readonly task: Task;
  readonly better: Direction;
  /** No value is outside of these; infinite where there is no limit. */
  readonly lowest: number;
  readonly highest: number;
  /** What the metric looks at: the class a score stands for, or the score itself. */
  readonly sees: 'decision' | 'score';
}

const decision = (better: Direction, lowest = 0): MetricKind => ({
  task: 'binary',
  better,
  lowest,
  highest: 1,
  sees: 'decision',
});
const score = (better: Direction, highest = 1): MetricKind => ({
  task: 'binary',
  better,
  lowest: 0,
  highest,
  sees: 'score',
});
const regression = (better: Direction, lowest: number, highest: number): MetricKind => ({
  task: 'regression',
  better,
  lowest,
  highest,
  sees: 'score',
});

const catalog: Readonly<Record<string, MetricKind>> = {
  accuracy: decision('higher'),
  balanced_accuracy: decision('higher'),
  precision: decision('higher'),
  recall: decision('higher'),
  f1: decision('higher'),
  false_positive_rate: decision('lower'),
  false_negative_rate: decision('lower'),
  matthews: decision('higher', -1),
  roc_auc: score('higher'),
  pr_auc: score('higher'),
  log_loss: score('lower', Number.POSITIVE_INFINITY),
  brier: score('lower'),
  ece: score('lower'),
  mae: regression('lower', 0, Number.POSITIVE_INFINITY),
  rmse: regression('lower', 0, Number.POSITIVE_INFINITY),
  mape: regression('lower', 0, Number.POSITIVE_INFINITY),
  smape: regression('lower', 0, 2),
  r2: regression('higher', Number.NEGATIVE_INFINITY, 1),
  bias: regression('zero', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  pinball: regression('lower', 0, Number.POSITIVE_INFINITY),
};

export const metricNames: readonly string[] = Object.keys(catalog);

/** A metric's name taken apart: `pinball@0.9` is the pinball loss at the quantile 0.9, `ece@15` has 15 bins. */
export interface MetricName {
  readonly base: string;
  /** The number after the `@`, or the default: quantile 0.5, 10 bins; null for metrics that take none. */
  readonly parameter: number | null;
}

/** Null where the name is none of Ratchet's, or its parameter makes no sense. */
export function parseMetricName(name: string): MetricName | null {
  const [base = '', written, ...more] = name.split('@');
  if (!Object.hasOwn(catalog, base) || more.length > 0) return null;
  if (base === 'pinball') return parameterOf(base, written, 0.5, (value) => value > 0 && value < 1);
  if (base === 'ece') {
    return parameterOf(base, written, 10, (value) => Number.isInteger(value) && value >= 2 && value <= 100);
  }
  return written === undefined ? { base, parameter: null } : null;
}

function parameterOf(
  base: string,
  written: string | undefined,
  fallback: number,
  makesSense: (value: number) => boolean,
): MetricName | null {
  const parameter =
    written === undefined ? fallback : /^[0-9.]+$/.test(written) ? Number(written) : Number.NaN;
  return makesSense(parameter) ? { base, parameter } : null;
}

/** The metric of that name, where it is one Ratchet computes. */
export function findMetric(name: string): MetricKind | undefined {
  const parsed = parseMetricName(name);
  return parsed ? catalog[parsed.base] : undefined;
}
