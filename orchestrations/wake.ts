import type * as df from 'durable-functions';
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
