import * as df from 'durable-functions';
import type { StepName, Steps } from './steps.ts';

/** Four tries over about two minutes outlast a restart or a throttled service; a longer outage fails the run. */
const retry = new df.RetryOptions(8_000, 4);
retry.backoffCoefficient = 3;

/**
 * Nothing is lost for a service that is away: what concerns the answer to a signal, and the ledger, is tried for about
 * a day. The run itself fails sooner, and its model is free.
 */
const patientRetry = new df.RetryOptions(8_000, 32);
patientRetry.backoffCoefficient = 3;
patientRetry.maxRetryIntervalInMilliseconds = 3_600_000;

const patientSteps: ReadonlySet<StepName> = new Set<StepName>([
  'find-model',
  'inspect-data',
  'mark-broken-glass',
  'offer-recoveries',
  'read-fleet',
  'read-monitor-run',
  'record-decision',
  'record-operation',
  'record-run',
  'wake-signals',
]);

/** What a step answers in place of its result where no repetition could bring another one. */
export interface FinalFailure {
  readonly finalFailure: string;
}

/** Runs an activity, with durable retries, and answers with its typed result: `yield* takeStep(…)`. */
export function* takeStep<Name extends StepName>(
  context: df.OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
): Generator<df.Task, Steps[Name]['output'], unknown> {
  const options = patientSteps.has(name) ? patientRetry : retry;
  const answer = (yield context.df.callActivityWithRetry(name, options, input)) as
    | Steps[Name]['output']
    | FinalFailure;
  if (typeof answer === 'object' && answer !== null && 'finalFailure' in answer) {
    throw new Error(answer.finalFailure);
  }
  return answer as Steps[Name]['output'];
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
