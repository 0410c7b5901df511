import type { FunctionApp } from '../../contract.ts';
import { EventType, type HistoryEvent, renderEvents } from '../history.ts';
import { type OrchestratorResult, readThrownResult } from '../orchestrator-result.ts';
import type { HubInstance } from './hub-item.ts';

/** Runs an orchestrator over a history it may have had no part in. Throws where the app has no orchestrator of the name. */
export async function callAgain(
  app: FunctionApp,
  { orchestrator, instanceId, parentInstanceId }: Omit<HubInstance, 'kind' | 'version'>,
  history: readonly HistoryEvent[],
): Promise<OrchestratorResult> {
  const fn = app.find(orchestrator);
  if (!fn) throw new Error(`the application has no orchestrator ${orchestrator} any more`);
  const start = history.find((event) => event.EventType === EventType.ExecutionStarted) as { Input: string };
  const trigger =
    `{"history":[${renderEvents(history, false)}],"input":${start.Input || 'null'},"instanceId":${JSON.stringify(instanceId)},` +
    `"isReplaying":false,"parentInstanceId":${JSON.stringify(parentInstanceId)},"upperSchemaVersion":1,"upperSchemaVersionNew":3,` +
    '"longRunningTimerIntervalDuration":"3.00:00:00","maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000}';
  try {
    const { returnValue } = await app.invoke(fn, { trigger: { string: trigger } });
    return JSON.parse(returnValue?.json ?? returnValue?.string ?? '{}') as OrchestratorResult;
  } catch (error) {
    return readThrownResult(error);
  }
}
