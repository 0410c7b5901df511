/**
 * What is tried again when it fails, because nobody else would: an internal error is no answer.
 *
 * Owns: how often and for how long, and that each failure is logged. Does not own: what is recorded of it (its callers).
 */
import type * as df from 'durable-functions';
import { sleepUntil } from './patience.ts';
import { messageOf, now } from './take-step.ts';
import type { Wakes } from './wake.ts';

const minuteMs = 60_000;
/** A mended service answers within minutes, a deployed correction within the day. */
const pausesMs = [1, 5, 15, ...Array.from({ length: 24 }, () => 60)].map((minutes) => minutes * minuteMs);

export interface Failure {
  /** What was thrown, in a sentence. */
  readonly message: string;
  /** How often it has failed by now. */
  readonly times: number;
  /** When it is tried again (ISO 8601, UTC); null: no more. */
  readonly again: string | null;
}

/** Either what the attempt answered, or the failure after which it was given up. */
export type Insisted<T> = { readonly value: T } | { readonly failure: Failure };

/** `told` is called after each failure but the last, before the pause; `wakes`, where there are any, end a pause. */
export function* insist<T>(
  context: df.OrchestrationContext,
  what: string,
  attempt: () => Generator<df.Task, T, unknown>,
  told: (failure: Failure) => Generator<df.Task, void, unknown>,
  wakes?: Wakes,
): Generator<df.Task, Insisted<T>, unknown> {
  for (let times = 1; ; times++) {
    wakes?.heed();
    try {
      return { value: yield* attempt() };
    } catch (error) {
      const failure = describeFailure(context, error, times);
      logFailure(context, what, failure);
      if (failure.again === null) return { failure };
      yield* told(failure);
      const againMs = Date.parse(failure.again);
      yield* wakes ? wakes.sleepUntil(againMs) : sleepUntil(context, againMs);
    }
  }
}

/** What follows from an answer and must not undo it: where it fails, the log says so and the watchdog makes up for it. */
export function* afterwards(
  context: df.OrchestrationContext,
  what: string,
  attempt: () => Generator<df.Task, unknown, unknown>,
): Generator<df.Task, void, unknown> {
  try {
    yield* attempt();
  } catch (error) {
    if (!context.df.isReplaying) context.error(`${what}: ${messageOf(error)}`);
  }
}

function describeFailure(context: df.OrchestrationContext, error: unknown, times: number): Failure {
  const pauseMs = pausesMs[times - 1];
  const again = pauseMs === undefined ? null : new Date(Date.parse(now(context)) + pauseMs).toISOString();
  return { message: messageOf(error), times, again };
}

function logFailure(
  context: df.OrchestrationContext,
  what: string,
  { message, times, again }: Failure,
): void {
  if (context.df.isReplaying) return;
  const next = again === null ? 'it is given up' : `it is tried again at ${again}`;
  context.error(`${what}: failure ${times}: ${message}; ${next}`);
}
