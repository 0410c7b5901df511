/**
 * Runs activities. At least once: an activity whose result was not committed runs again after a crash.
 *
 * The result's message and the removal of the work item are one transaction, so a committed activity never runs again.
 */
import { crashPoint } from '../../../crash-point.ts';
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
  return toResult(await engine.app.call(fn, toFunctionInput(input), { instanceId: item.instanceId }));
}

/**
 * An input as the function gets it. The Durable extension hands on text, with booleans in the C# spelling, and the library
 * reads as JSON what it can: strings it has quoted itself, so that they come back as they were.
 */
function toFunctionInput(input: unknown): unknown {
  if (input === null) return undefined;
  if (typeof input === 'boolean') return input ? 'True' : 'False';
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** JSON text of what a function returned, as the library and the Durable extension make it of bytes and the rest. */
function toResult(value: unknown): string {
  if (ArrayBuffer.isView(value)) return base64(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return base64(value, 0, value.byteLength);
  return JSON.stringify(value) ?? 'null';
}

function base64(buffer: ArrayBufferLike, offset: number, length: number): string {
  return JSON.stringify(Buffer.from(buffer, offset, length).toString('base64'));
}
