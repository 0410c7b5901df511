/**
 * How long a step is taken again while a service is away, and what is said meanwhile.
 *
 * Owns: the pauses between attempts, and when patience ends.
 * Does not own: what counts as an outage (define-step.ts), taking the step (take-step.ts).
 */
import type * as df from 'durable-functions';

export interface Patience {
  /** After this moment (milliseconds since the epoch) the step fails with its outage. */
  readonly untilMs: number;
  /** Shortest pause. Omitted: ten seconds. */
  readonly pauseMs?: number;
  /** Once this has happened nobody needs the step any more: it fails at the next outage, in the middle of a pause. */
  readonly stop?: df.Task;
  /** Whether `stop` is heard while a step is under way, too, and none is begun after it; absent in older histories. */
  readonly listens?: boolean;
  /** Is told that a step waits, in words, and once it waits no more (null). */
  readonly tell?: (step: string, waits: string | null) => Generator<df.Task, void, unknown>;
}

/** For what must be done however late: answers to signals, rows of the ledger. */
export const endless: Patience = { untilMs: Number.POSITIVE_INFINITY };
/** One attempt. */
export const none: Patience = { untilMs: Number.NEGATIVE_INFINITY };

/** For what somebody waits for, or what is asked again anyway. */
export function lasting(context: df.OrchestrationContext, forMs: number): Patience {
  return { untilMs: context.df.currentUtcDateTime.getTime() + forMs };
}

export const twoMinutesMs = 120_000;
export const dayMs = 86_400_000;

/** Half of the outage so far, ten seconds at least: ten minutes at most, an hour once it has lasted a day. */
export function pauseMs(awayForMs: number, leastMs = 10_000): number {
  const longestMs = awayForMs < dayMs ? 600_000 : 3_600_000;
  return Math.min(Math.max(awayForMs / 2, leastMs), longestMs);
}

/** Sleeps until a moment, or until `stop` happens. */
export function* sleepUntil(
  context: df.OrchestrationContext,
  untilMs: number,
  stop?: df.Task,
): Generator<df.Task, void, unknown> {
  const timer = context.df.createTimer(new Date(untilMs));
  yield stop ? context.df.Task.any([timer, stop]) : timer;
  if (!timer.isCompleted) timer.cancel();
}
