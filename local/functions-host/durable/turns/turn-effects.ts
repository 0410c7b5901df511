/** What a committed turn sets going: each effect follows from a scheduling event, inside the turn's transaction. */
import type { Engine } from '../engine.ts';
import {
  EventType,
  type FailureDetails,
  type ParentInstance,
  type SubOrchestrationCreated,
} from '../history.ts';
import type { ReplayedTurn } from '../replayer.ts';
import { type EntityMessage, type FinishedStatus, type InstanceRow, isFinished } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { beginExecution } from './executions.ts';

export function applyDecisions(engine: Engine, row: InstanceRow, replayed: ReplayedTurn): void {
  const { store, timers } = engine;
  const { id: instanceId, executionId } = row;
  const withdrawn = new Set(replayed.withdrawnTimers);
  for (const event of replayed.decisions) {
    switch (event.EventType) {
      case EventType.TaskScheduled:
        store.queueActivity({
          instanceId,
          executionId,
          taskId: event.EventId,
          name: event.Name,
          input: event.Input,
        });
        break;
      case EventType.SubOrchestrationCreated:
        startChild(engine, row, event);
        break;
      case EventType.TimerCreated:
        if (withdrawn.has(event.EventId)) break;
        store.setTimer({
          instanceId,
          executionId,
          timerId: event.EventId,
          fireAtMs: Date.parse(event.FireAt),
        });
        break;
      case EventType.EventSent:
        store.sendToEntity(event.InstanceId, readEntityMessage(event.Name, event.Input));
        break;
    }
  }
  for (const timerId of withdrawn) {
    if (timers.has(instanceId, timerId)) store.withdrawTimer(instanceId, timerId);
  }
}

function readEntityMessage(name: string, input: string): EntityMessage {
  const content = JSON.parse(input) as EntityMessage;
  return name === 'release' ? { ...content, release: true } : content;
}

/** A child whose id a live instance holds fails in its parent: waiting for another's end would be worse. */
function startChild({ store, settings }: Engine, row: InstanceRow, event: SubOrchestrationCreated): void {
  const parent: ParentInstance = {
    Name: row.name,
    OrchestrationInstance: { InstanceId: row.id, ExecutionId: row.executionId },
    TaskScheduleId: event.EventId,
    Version: row.version,
  };
  const existing = store.instance(event.InstanceId);
  if (existing && !isFinished(existing.status)) {
    const reason = `An Orchestration instance with the status ${existing.status} already exists.`;
    failChild(store, parent, reason, event.Timestamp);
    return;
  }
  const { InstanceId: id, Name: name, Input: input } = event;
  const version = event.Version || settings.versioning.defaultVersion;
  beginExecution(store, { id, name, version, input, parent, nowMs: Date.parse(event.Timestamp) });
}

interface Outcome {
  readonly status: FinishedStatus;
  /** JSON text. */
  readonly output: string;
  readonly failure?: FailureDetails;
}

/** Sends a finished child's outcome to its parent's execution. */
export function tellParent(
  store: Store,
  { parent }: InstanceRow,
  { status, output, failure }: Outcome,
  now: string,
): void {
  if (!parent) return;
  if (status !== 'Completed') {
    failChild(store, parent, String(JSON.parse(output)), now, failure);
    return;
  }
  const { InstanceId, ExecutionId } = parent.OrchestrationInstance;
  store.send(InstanceId, ExecutionId, {
    EventType: EventType.SubOrchestrationCompleted,
    EventId: -1,
    Timestamp: now,
    TaskScheduledId: parent.TaskScheduleId,
    Result: output,
  });
}

function failChild(
  store: Store,
  parent: ParentInstance,
  reason: string,
  now: string,
  details?: FailureDetails,
): void {
  const { InstanceId, ExecutionId } = parent.OrchestrationInstance;
  store.send(InstanceId, ExecutionId, {
    EventType: EventType.SubOrchestrationFailed,
    EventId: -1,
    Timestamp: now,
    TaskScheduledId: parent.TaskScheduleId,
    Reason: reason,
    Details: `Message: ${reason}, StackTrace: `,
    FailureDetails: details ?? null,
  });
}

/** An ending orchestration gives back what it locked, or asked to lock. */
export function releaseLocks(store: Store, instanceId: string, locks: readonly string[]): void {
  for (const entityId of locks) {
    store.sendToEntity(entityId, { release: true, parent: instanceId });
  }
}
