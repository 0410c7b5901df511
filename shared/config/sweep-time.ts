/** How many trials and how much time the limits of a sweep allow. Pure. */
import { parseDurationMs } from './duration.ts';

interface Limited {
  readonly searchSpace: Readonly<
    Record<string, { readonly type: string; readonly values?: readonly unknown[] }>
  >;
  readonly sampling: { readonly type: string };
  readonly limits: {
    readonly maxTotalTrials: number;
    readonly maxConcurrentTrials: number;
    /** ISO 8601 durations. */
    readonly trialTimeout: string;
    readonly timeout?: string | undefined;
  };
}

/** How many trials there are at most: a grid may have fewer combinations than its limit. */
export function trialsAtMost({ searchSpace, sampling, limits }: Limited): number {
  if (sampling.type !== 'grid') return limits.maxTotalTrials;
  const combinations = Object.values(searchSpace).map(({ values }) => values?.length ?? 1);
  return combinations.reduce((product, count) => Math.min(product * count, limits.maxTotalTrials), 1);
}

const wholeMs = ({ timeout }: Limited['limits']): number =>
  timeout === undefined ? Number.POSITIVE_INFINITY : parseDurationMs(timeout)!;

/** How long a sweep may take from its beginning to its end, in milliseconds. */
export function sweepMs(sweep: Limited): number {
  const { maxConcurrentTrials, trialTimeout } = sweep.limits;
  const rounds = Math.ceil(trialsAtMost(sweep) / maxConcurrentTrials);
  return Math.min(rounds * parseDurationMs(trialTimeout)!, wholeMs(sweep.limits));
}

/** How long its trials may run together, in milliseconds: to run more at once makes it no less. */
export function trialsMs(sweep: Limited): number {
  const { maxConcurrentTrials, trialTimeout } = sweep.limits;
  return Math.min(
    trialsAtMost(sweep) * parseDurationMs(trialTimeout)!,
    maxConcurrentTrials * wholeMs(sweep.limits),
  );
}

/** Limits with a part of the time: fewer trials, within less of the whole. */
export function partOfLimits<Sweep extends Limited>(sweep: Sweep, part: number): Sweep['limits'] {
  const { maxConcurrentTrials, timeout } = sweep.limits;
  const trials = Math.max(1, Math.floor(trialsAtMost(sweep) * part));
  const seconds = Math.max(1, Math.floor((wholeMs(sweep.limits) / 1000) * part));
  return {
    ...sweep.limits,
    maxTotalTrials: trials,
    maxConcurrentTrials: Math.min(maxConcurrentTrials, trials),
    ...(timeout !== undefined && { timeout: `PT${seconds}S` }),
  };
}
