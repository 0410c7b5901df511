import * as df from 'durable-functions';
import type { StepName, Steps } from './steps.ts';

/** Four tries over about two minutes outlast a restart or a throttled service; a longer outage fails the run. */
const retry = new df.RetryOptions(8_000, 4);
retry.backoffCoefficient = 3;

/** Runs an activity, with durable retries, and answers with its typed result: `yield* takeStep(…)`. */
export function* takeStep<Name extends StepName>(
  context: df.OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
): Generator<df.Task, Steps[Name]['output'], unknown> {
  return (yield context.df.callActivityWithRetry(name, retry, input)) as Steps[Name]['output'];
}

/** The orchestration's time, ISO 8601 in UTC: the same at every replay. */
export function now(context: df.OrchestrationContext): string {
  return context.df.currentUtcDateTime.toISOString();
}

/** What a failed step said, short enough for the ledger. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.slice(0, 500) || 'no message';
}
