/** Runs an orchestrator function over its history. */
import type { FunctionApp, RegisteredFunction } from '../../contract.ts';
import { describeMissing, type Engine, findFunction, messageOf } from '../engine.ts';
import type { HistoryEvent } from '../history.ts';
import { type LiveInstance, toPlain } from '../live-instances.ts';
import {
  type Action,
  carriesResult,
  type OrchestratorResult,
  readThrownResult,
} from '../orchestrator-result.ts';
import { longTimerStepMs, maximumShortTimerMs } from '../replay/timer-replay.ts';

/** What a function decided, output and custom status as JSON text. */
export interface Outcome extends Pick<OrchestratorResult, 'isDone' | 'error' | 'failureDetails'> {
  /** The whole list: those known before this turn as they came, new ones as their JSON says. */
  readonly actions: readonly Action[];
  readonly output: string;
  /** Null: unchanged. */
  readonly customStatus: string | null;
}

type OrchestratorCall =
  | { readonly outcome: Outcome; readonly threw: boolean }
  /** The function gave no list of actions, so that nothing of it can be walked: why, in whole sentences. */
  | { readonly broken: string };

export async function callOrchestrator(
  engine: Engine,
  instance: LiveInstance,
  news: readonly HistoryEvent[],
): Promise<OrchestratorCall> {
  const { name } = instance.row;
  const fn = findFunction(engine, name, 'orchestrationTrigger');
  if (!fn) return { broken: describeMissing(engine, name, 'orchestrationTrigger') };
  try {
    return await callFunction(engine, fn, instance, news);
  } catch (error) {
    return { broken: `Orchestrator function '${name}' failed: ${messageOf(error)}` };
  }
}

async function callFunction(
  engine: Engine,
  fn: RegisteredFunction,
  instance: LiveInstance,
  news: readonly HistoryEvent[],
): Promise<OrchestratorCall> {
  const input = toTriggerInput(engine.app, instance, news);
  let value: unknown;
  try {
    value = await engine.app.call(fn, input, {});
  } catch (error) {
    if (!carriesResult(error)) throw error;
    return { outcome: toOutcome(readThrownResult(error), instance), threw: true };
  }
  if (value === null || value === undefined) {
    throw new Error('it returned nothing: it must be registered through durable-functions');
  }
  const result = typeof value === 'string' ? JSON.parse(value) : value;
  return { outcome: toOutcome(result as OrchestratorResult, instance), threw: false };
}

/** Throws where the function returned or asked for what JSON cannot say. */
function toOutcome(result: OrchestratorResult, { knownActions }: LiveInstance): Outcome {
  const { isDone, error, failureDetails, output, customStatus } = result;
  return {
    isDone,
    ...(error === undefined ? {} : { error }),
    ...(failureDetails === undefined ? {} : { failureDetails }),
    actions: result.actions.flat().map((action, index) => (index < knownActions ? action : toPlain(action))),
    output: JSON.stringify(output) ?? 'null',
    customStatus: customStatus === undefined ? null : (JSON.stringify(customStatus) ?? null),
  };
}

/** Schema 3 allows locks. The durations say how long timers are cut. */
export function toTriggerInput(
  app: FunctionApp,
  instance: LiveInstance,
  news: readonly HistoryEvent[],
): object {
  const { row } = instance;
  const { history, hasDetails } = instance.show(news);
  const trigger = {
    // Read anew for every turn: the function may do with it what it likes.
    input: JSON.parse(row.input),
    instanceId: row.id,
    isReplaying: !instance.isNew,
    parentInstanceId: row.parent?.OrchestrationInstance.InstanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    // As numbers: the Durable extension's `3.00:00:00` would be taken apart at every turn.
    longRunningTimerIntervalDuration: longTimerStepMs,
    maximumShortTimerDuration: maximumShortTimerMs,
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  // The library walks through all it can enumerate, at every turn, for times that are texts. There are none in a history
  // but in the details of failures.
  const enumerable = hasDetails || app.showsInputs;
  return Object.defineProperty(trigger, 'history', { value: history, enumerable });
}
