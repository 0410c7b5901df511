import type * as df from 'durable-functions';
import { sleepUntil } from './patience.ts';
import { takeStep } from './take-step.ts';

/** Name of the external event that has a sleeping signal offered again. */
export const reconsiderEvent = 'reconsider';

/** Has signals that sleep offered again at once. */
export function* wake(
  context: df.OrchestrationContext,
  signals: readonly string[],
): Generator<df.Task, void, unknown> {
  if (signals.length > 0) yield* takeStep(context, 'wake-signals', { signals: [...new Set(signals)] });
}

/** What wakes a signal that sleeps: one wait for the event at a time, kept from sleep to sleep until it has come. */
export class Wakes {
  readonly #context: df.OrchestrationContext;
  #next: df.Task | undefined;

  constructor(context: df.OrchestrationContext) {
    this.#context = context;
  }

  /** Sleeps until a moment, or until a wake that has not been heeded, which may have come already. */
  *sleepUntil(untilMs: number): Generator<df.Task, void, unknown> {
    this.#next ??= this.#context.df.waitForExternalEvent(reconsiderEvent);
    if (!this.#next.isCompleted) yield* sleepUntil(this.#context, untilMs, this.#next);
  }

  /** What has come by now is heeded by what is done next. */
  heed(): void {
    if (this.#next?.isCompleted) this.#next = undefined;
  }
}
