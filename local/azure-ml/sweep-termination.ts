/**
 * Whether a trial is stopped before its end. Pure.
 *
 * Source: "Hyperparameter tuning a model (v2)", Early termination: each time a trial logs the metric counts as one interval; a policy
 * is applied at every multiple of its interval from its delay on.
 */
import type { SweepDefinition } from './sweep-definition.ts';

/** What each trial has logged of the metric, in order. */
type Logged = readonly number[];

/** `own`: of the trial that has just logged; `all`: of every trial, it included. */
export function isStopped(
  { earlyTermination: policy, objective }: SweepDefinition,
  own: Logged,
  all: readonly Logged[],
): boolean {
  const interval = own.length;
  if (!policy || interval === 0) return false;
  const { evaluationInterval, delayEvaluation = 0 } = policy;
  const every = evaluationInterval || 1;
  if (interval < delayEvaluation || interval % every !== 0) return false;
  // As if the most were the best: with the least as the goal, all is turned round.
  const sign = objective.goal === 'Maximize' ? 1 : -1;
  const turned = (values: Logged): number[] => values.map((value) => sign * value);
  const bestOf = (values: Logged): number => Math.max(...turned(values.slice(0, interval)));
  const there = all.filter((values) => values.length >= interval);
  switch (policy.policyType) {
    case 'Bandit': {
      const best = Math.max(...all.filter(({ length }) => length > 0).map(bestOf));
      const allowed = policy.slackFactor
        ? sign *
          (objective.goal === 'Maximize' ? best / (1 + policy.slackFactor) : -best * (1 + policy.slackFactor))
        : best - (policy.slackAmount ?? 0);
      return bestOf(own) < allowed;
    }
    case 'MedianStopping': {
      const means = there.map(
        (values) => turned(values.slice(0, interval)).reduce((a, b) => a + b, 0) / interval,
      );
      return bestOf(own) < medianOf(means);
    }
    case 'TruncationSelection': {
      const last = there.map((values) => sign * values[interval - 1]!).sort((a, b) => a - b);
      const out = Math.floor((last.length * policy.truncationPercentage) / 100);
      return out > 0 && sign * own[interval - 1]! <= last[out - 1]!;
    }
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
