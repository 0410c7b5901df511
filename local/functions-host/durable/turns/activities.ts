/**
 * Runs activities. At least once: an activity whose result was not committed runs again after a crash.
 *
 * The result's message and the removal of the work item are one transaction, so a committed activity never runs again.
 */
import { crashPoint } from '../../../crash-point.ts';
import type { InvocationResult, TypedData } from '../../contract.ts';
import { type Engine, findFunction, messageOf, timestamp } from '../engine.ts';
import { EventType, type TaskCompleted, type TaskFailed } from '../history.ts';
import { httpActivityName } from '../replay/action-replay.ts';
import type { ActivityItem } from '../store/records.ts';
import { readFailureDetails } from './failure-details.ts';
import { callHttp } from './http-activity.ts';

export async function runActivity(engine: Engine, item: ActivityItem): Promise<void> {
  const name = findFunction(engine, item.name, 'activityTrigger')?.name ?? item.name;
  crashPoint(`activity-begin:${name}`);
  const event = await attempt(engine, item);
  crashPoint(`activity-before-commit:${name}`);
  await engine.commits.write(() => {
    if (engine.store.finishActivity(item.seq)) engine.store.send(item.instanceId, item.executionId, event);
  });
  crashPoint(`activity-after-commit:${name}`);
}

async function attempt(engine: Engine, item: ActivityItem): Promise<TaskCompleted | TaskFailed> {
  const stamp = { EventId: -1, TaskScheduledId: item.taskId };
  try {
    const Result = await execute(engine, item);
    return { EventType: EventType.TaskCompleted, ...stamp, Timestamp: timestamp(engine), Result };
  } catch (error) {
    const message = messageOf(error);
    return {
      EventType: EventType.TaskFailed,
      ...stamp,
      Timestamp: timestamp(engine),
      Reason: `Activity function '${item.name}' failed: ${message}`,
      Details: JSON.stringify({
        $type: 'System.Exception, System.Private.CoreLib',
        ClassName: 'System.Exception',
        Message: message,
      }),
      FailureDetails: readFailureDetails(message),
    };
  }
}

async function execute(engine: Engine, item: ActivityItem): Promise<string> {
  const [input] = JSON.parse(item.input) as unknown[];
  if (item.name === httpActivityName) return callHttp(input);
  const fn = findFunction(engine, item.name, 'activityTrigger');
  if (!fn) {
    throw new Error(
      `The function '${item.name}' doesn't exist, is disabled, or is not an activity function.`,
    );
  }
  const result = await engine.app.invoke(fn, {
    trigger: toTypedData(input),
    triggerMetadata: { instanceId: { json: JSON.stringify(item.instanceId) } },
  });
  return toResult(result);
}

/**
 * An input as the Durable extension hands it on: always text. The library has already quoted strings; booleans take
 * the C# spelling.
 */
function toTypedData(input: unknown): TypedData {
  if (input === null || input === undefined) return {};
  if (typeof input === 'string') return { string: input };
  if (typeof input === 'boolean') return { string: input ? 'True' : 'False' };
  return { string: JSON.stringify(input) };
}

function toResult({ returnValue }: InvocationResult): string {
  if (returnValue === null || returnValue === undefined) return 'null';
  if (returnValue.string !== undefined) return JSON.stringify(returnValue.string);
  if (returnValue.json !== undefined) return returnValue.json;
  if (returnValue.bytes !== undefined)
    return JSON.stringify(Buffer.from(returnValue.bytes).toString('base64'));
  return JSON.stringify(returnValue.int ?? returnValue.double ?? null);
}
