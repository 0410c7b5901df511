/**
 * Takes a step: runs its activity, waits out an outage, and answers with its typed result.
 *
 * Owns: what the orchestration makes of an activity's answer: a result, a refusal, or an outage that it waits out by
 * durable timers, which costs nothing however long.
 * Does not own: how long (patience.ts), what is an outage (define-step.ts).
 *
 * Invariant: histories of before an outage was an answer have it as a failure of the activity, which the platform
 * repeats; with it the same attempts as then.
 */
import * as df from 'durable-functions';
import { endless, type Patience, pauseMs, sleepUntil } from './patience.ts';
import type { StepName, Steps } from './steps.ts';

/** The platform's own repetitions: of an activity that broke, or whose process did. Four tries over two minutes. */
const retry = new df.RetryOptions(8_000, 4);
retry.backoffCoefficient = 3;

/** The same for about a day, where what is lost would concern the answer to a signal, or the ledger. */
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
  'rebuild-fleet',
  'rebuild-model',
  'rebuild-target',
  'record-decision',
  'record-operation',
  'record-release',
  'record-run',
  'start-release',
  'wake-releases',
  'wake-signals',
]);

/** What a step answers in place of its result where no repetition could bring another one. */
export interface FinalFailure {
  readonly finalFailure: string;
}

/** What a step answers in place of its result where the same step may succeed later. */
export interface Outage {
  readonly outage: string;
  /** How long the service has asked to be left alone; absent where it has not said, and in older histories. */
  readonly againAfterMs?: number;
}

/** A step that was refused, or whose outage outlasted the patience of whoever took it. */
export class StepFailure extends Error {
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.name = 'StepFailure';
    this.isFinal = isFinal;
  }
}

/** Throws a `StepFailure` where the step is refused, or away for longer than `patience` lasts. */
export function* takeStep<Name extends StepName>(
  context: df.OrchestrationContext,
  name: Name,
  input: Steps[Name]['input'],
  patience: Patience = endless,
): Generator<df.Task, Steps[Name]['output'], unknown> {
  const options = patientSteps.has(name) ? patientRetry : retry;
  for (let since: number | null = null; ; ) {
    const { stop, listens } = patience;
    if (listens && stop?.isCompleted) throw new StepFailure(`${name} is not wanted any more`, false);
    const step = context.df.callActivityWithRetry(name, options, input);
    // An event is seen once somebody waits for it. The step itself is let end: what it did must be known.
    if (listens && stop) yield context.df.Task.any([step, stop]);
    const answer = (yield step) as Steps[Name]['output'] | FinalFailure | Outage;
    const { finalFailure, outage, againAfterMs = 0 } = (answer ?? {}) as Partial<FinalFailure & Outage>;
    if (outage === undefined) {
      if (since !== null) yield* patience.tell?.(name, null) ?? [];
      if (finalFailure === undefined) return answer as Steps[Name]['output'];
      throw new StepFailure(finalFailure, true);
    }
    const nowMs = context.df.currentUtcDateTime.getTime();
    since ??= nowMs;
    if (nowMs >= patience.untilMs || stop?.isCompleted) throw lastingOutage(outage, since, nowMs);
    const restMs = Math.max(pauseMs(nowMs - since, patience.pauseMs), Math.min(againAfterMs, hourMs));
    const againMs = Math.min(nowMs + restMs, patience.untilMs);
    yield* patience.tell?.(name, describeWait(outage, since, againMs)) ?? [];
    // It may have happened while the wait was told: nothing would wake the pause then.
    if (!(listens && stop?.isCompleted)) yield* sleepUntil(context, againMs, stop);
    const stoppedMs = listens ? context.df.currentUtcDateTime.getTime() : againMs;
    if (stop?.isCompleted) throw lastingOutage(outage, since, stoppedMs);
  }
}

/** What a service asks for beyond that is not waited for. */
const hourMs = 3_600_000;

function describeWait(outage: string, sinceMs: number, againMs: number): string {
  return `Waits since ${iso(sinceMs)}, next attempt at ${iso(againMs)}: ${firstLine(outage)}`;
}

function lastingOutage(outage: string, sinceMs: number, nowMs: number): StepFailure {
  const waited = nowMs > sinceMs ? `; it was unavailable from ${iso(sinceMs)} to ${iso(nowMs)}` : '';
  return new StepFailure(`${firstLine(outage)}${waited}`, false);
}

const iso = (ms: number): string => new Date(ms).toISOString();
const firstLine = (text: string): string => text.split('\n')[0]!.slice(0, 400);

/** The orchestration's time, ISO 8601 in UTC: the same at every replay. */
export function now(context: df.OrchestrationContext): string {
  return context.df.currentUtcDateTime.toISOString();
}

/** What a failed step said, short enough for the ledger. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.slice(0, 500) || 'no message';
}
