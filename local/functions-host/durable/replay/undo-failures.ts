/**
 * Takes out of a failed history what the orchestration failed on, so that the same step is asked for again.
 *
 * A failure is undone when the orchestration did not get past it: nothing but retries was asked for after it. Failures
 * that it caught and went on from stay, since later steps count on their numbers. Of a retried task only the last
 * attempt goes, with the empty wait after it.
 */
import { EventType, type HistoryEvent } from '../history.ts';

interface Undone {
  readonly events: readonly HistoryEvent[];
  /** Sub-orchestrations that failed and can be rewound themselves: their creation stays. */
  readonly failedChildren: readonly string[];
}

export function undoFailures(
  history: readonly HistoryEvent[],
  canRewindChild: (instanceId: string) => boolean,
): Undone {
  const events = history.filter(({ EventType: type }) => type !== EventType.ExecutionCompleted);
  const failed = failedIds(events);
  const failedChildren: string[] = [];
  const removed = new Set<number>();
  for (const event of events) {
    if (!failed.has(event.EventId)) continue;
    if (event.EventType === EventType.SubOrchestrationCreated && canRewindChild(event.InstanceId)) {
      failedChildren.push(event.InstanceId);
    } else if (event.EventType !== EventType.TimerCreated) {
      removed.add(event.EventId);
    }
  }
  for (const event of events) {
    const isWait = event.EventType === EventType.TimerCreated && event.RetryOf !== undefined;
    if (isWait && failed.has(event.RetryOf as number)) removed.add(event.EventId);
  }
  const kept = events.filter((event) => {
    if (event.EventId >= 0) return !removed.has(event.EventId);
    if ('TimerId' in event) return !removed.has(event.TimerId);
    return !('TaskScheduledId' in event && 'Reason' in event && failed.has(event.TaskScheduledId));
  });
  return { events: kept, failedChildren };
}

/** Numbers of the tasks whose failure was the last word on them, and that nothing new followed. */
function failedIds(events: readonly HistoryEvent[]): Set<number> {
  const repeated = new Set<number>();
  const failed = new Set<number>();
  for (const event of events) {
    const retryOf = 'RetryOf' in event ? event.RetryOf : undefined;
    if (retryOf !== undefined && event.EventType !== EventType.TimerCreated) repeated.add(retryOf);
    if (event.EventId >= 0 && retryOf === undefined) failed.clear();
    if ('TaskScheduledId' in event && 'Reason' in event) failed.add(event.TaskScheduledId);
  }
  for (const id of repeated) failed.delete(id);
  return failed;
}
