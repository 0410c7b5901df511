/** Runs an orchestrator function over its history. */
import { describeMissing, type Engine, findFunction, messageOf } from '../engine.ts';
import { type HistoryEvent, renderEvents } from '../history.ts';
import type { LiveInstance } from '../live-instances.ts';
import { type OrchestratorResult, readThrownResult } from '../orchestrator-result.ts';

/** Constants of the protocol: schema 3 allows locks, the durations say how long timers are cut (../replay/action-replay.ts). */
const protocol =
  '"upperSchemaVersion":1,"upperSchemaVersionNew":3,"longRunningTimerIntervalDuration":"3.00:00:00",' +
  '"maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000';

export interface OrchestratorCall {
  readonly result: OrchestratorResult;
  /** Set when there is no such function: the whole reason, needing no further words. */
  readonly missing: string | null;
  readonly threw: boolean;
}

export async function callOrchestrator(
  engine: Engine,
  instance: LiveInstance,
  news: readonly HistoryEvent[],
): Promise<OrchestratorCall> {
  const { name } = instance.row;
  const fn = findFunction(engine, name, 'orchestrationTrigger');
  if (!fn) {
    const missing = describeMissing(engine, name, 'orchestrationTrigger');
    return { result: { isDone: false, actions: [] }, missing, threw: false };
  }
  try {
    const { returnValue } = await engine.app.invoke(fn, {
      trigger: { string: renderTrigger(instance, news) },
    });
    const text = returnValue?.json ?? returnValue?.string;
    if (text === undefined)
      return failed('it returned nothing: it must be registered through durable-functions');
    return { result: JSON.parse(text) as OrchestratorResult, missing: null, threw: false };
  } catch (error) {
    return readFailure(error);
  }
}

function readFailure(error: unknown): OrchestratorCall {
  try {
    return { result: readThrownResult(error), missing: null, threw: true };
  } catch {
    return failed(messageOf(error));
  }
}

function failed(error: string): OrchestratorCall {
  return { result: { isDone: false, actions: [], error }, missing: null, threw: true };
}

/** Text is put together rather than built as a value: the played part of a long history is copied, not walked. */
function renderTrigger({ row, played }: LiveInstance, news: readonly HistoryEvent[]): string {
  const history = played === '' ? renderEvents(news, false) : `${played},${renderEvents(news, false)}`;
  const parent = row.parent?.OrchestrationInstance.InstanceId ?? null;
  return (
    `{"history":[${history}],"input":${row.input},"instanceId":${JSON.stringify(row.id)},` +
    `"isReplaying":${played !== ''},"parentInstanceId":${JSON.stringify(parent)},${protocol}}`
  );
}
