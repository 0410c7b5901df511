/**
 * Whether an app can go on with what a task hub holds.
 *
 * Owns: replaying each history against the app, and reading each entity's state with it.
 * Does not own: where histories come from (hub-item.ts), loading the app.
 *
 * Invariants
 * 1. Nothing is changed: orchestrators and entities are functions of what they are given, and what they answer is dropped.
 * 2. A history is held against the app as the Durable extension does it: by the kinds, numbers and names of its steps, not by
 *    their inputs.
 * 3. Where an orchestration waits, the app waits, too: a further step, or an end, that the app before did not decide on is
 *    refused, though the extension would let it pass. What comes after the next event is the app's own.
 */
import type { FunctionApp, Versioning } from '../../contract.ts';
import { messageOf } from '../engine.ts';
import { EventType, type HistoryEvent } from '../history.ts';
import { describeStep } from '../replay/schedule.ts';
import { replayWhole } from '../replayer.ts';
import { refuseVersion } from '../turns/versions.ts';
import { callAgain } from './call-again.ts';
import type { HubEntity, HubInstance } from './hub-item.ts';

/** Null when it goes on, else why not. */
export async function refuseInstance(
  app: FunctionApp,
  instance: HubInstance,
  versioning: Versioning,
): Promise<string | null> {
  const { orchestrator, version, history } = instance;
  if (!has(app, orchestrator, 'orchestrationTrigger'))
    return `there is no orchestrator ${orchestrator} any more`;
  const mismatch = refuseVersion(version, versioning);
  if (mismatch !== null) return mismatch;
  if (history.length === 0) return null;
  const { actions, error, isDone } = await callAgain(app, instance, history);
  if (error !== undefined) return `the orchestrator fails at what it has met so far: ${error}`;
  const replayed = replayWhole(instance, history, actions.flat(), history.at(-1)!.Timestamp);
  if (replayed.violation !== null) return replayed.violation;
  const [step] = replayed.decisions;
  if (step) return `where it waits, the code now takes a further step: ${describeStep(step)}`;
  if (isDone && replayed.settled) return 'where it waits, the code now ends';
  return findMissing(app, history);
}

/** Null when the app reads the entity's state, else why not: it is asked to merge it with itself. */
export async function refuseEntity(
  app: FunctionApp,
  { name, key, state }: HubEntity,
): Promise<string | null> {
  const fn = has(app, name, 'entityTrigger');
  if (!fn) return `there is no entity ${name} any more`;
  const input = `{"state":${state}}`;
  const batch = [{ name: 'rebuild', input, isSignal: false }];
  const trigger = JSON.stringify({ self: { name, key }, exists: true, state, batch });
  try {
    const { returnValue } = await app.invoke(fn, { trigger: { string: trigger } });
    const { results } = JSON.parse(returnValue?.json ?? returnValue?.string ?? '') as {
      results: readonly { isError: boolean; result?: string }[];
    };
    const [{ isError, result = 'null' }] = results as [{ isError: boolean; result?: string }];
    const refused = isError ? result : (JSON.parse(result) as { refused?: string } | null)?.refused;
    return refused ?? null;
  } catch (error) {
    return messageOf(error);
  }
}

const has = (app: FunctionApp, name: string, trigger: string) => {
  const fn = app.find(name);
  return fn?.trigger.type === trigger ? fn : undefined;
};

/** The first step under way that the app has no function for. */
function findMissing(app: FunctionApp, history: readonly HistoryEvent[]): string | null {
  const ended = new Set(history.map((event) => ('TaskScheduledId' in event ? event.TaskScheduledId : -1)));
  for (const event of history) {
    if (event.EventType !== EventType.TaskScheduled || ended.has(event.EventId)) continue;
    if (!has(app, event.Name, 'activityTrigger'))
      return `step ${event.EventId} is under way, and there is no activity ${event.Name} any more`;
  }
  return null;
}
