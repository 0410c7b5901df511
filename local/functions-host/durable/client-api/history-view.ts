import { EventType, type HistoryEvent } from '../history.ts';

const typeNames = new Map<number, string>([
  [EventType.ExecutionStarted, 'ExecutionStarted'],
  [EventType.ExecutionCompleted, 'ExecutionCompleted'],
  [EventType.ExecutionTerminated, 'ExecutionTerminated'],
  [EventType.TaskScheduled, 'TaskScheduled'],
  [EventType.TaskCompleted, 'TaskCompleted'],
  [EventType.TaskFailed, 'TaskFailed'],
  [EventType.SubOrchestrationCreated, 'SubOrchestrationInstanceCreated'],
  [EventType.SubOrchestrationCompleted, 'SubOrchestrationInstanceCompleted'],
  [EventType.SubOrchestrationFailed, 'SubOrchestrationInstanceFailed'],
  [EventType.TimerCreated, 'TimerCreated'],
  [EventType.TimerFired, 'TimerFired'],
  [EventType.EventSent, 'EventSent'],
  [EventType.EventRaised, 'EventRaised'],
  [EventType.Generic, 'GenericEvent'],
  [EventType.ExecutionSuspended, 'ExecutionSuspended'],
  [EventType.ExecutionResumed, 'ExecutionResumed'],
]);

/**
 * A history as the status query shows it: without the marks of turns, each completion carrying what was scheduled in
 * place of the scheduling event.
 */
export function viewHistory(events: readonly HistoryEvent[], showOutput: boolean): Record<string, unknown>[] {
  const scheduled = new Map(
    events.filter(({ EventId }) => EventId >= 0).map((event) => [event.EventId, event]),
  );
  const completed = new Set(events.map(completedId));
  return events
    .filter(
      ({ EventType: type, EventId }) => typeNames.has(type) && !(EventId >= 0 && completed.has(EventId)),
    )
    .map((event) => viewEvent(event, scheduled.get(completedId(event) ?? -1), showOutput));
}

function completedId(event: HistoryEvent): number | null {
  if ('TaskScheduledId' in event) return event.TaskScheduledId;
  return 'TimerId' in event ? event.TimerId : null;
}

function viewEvent(
  event: HistoryEvent,
  begun: HistoryEvent | undefined,
  showOutput: boolean,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {
    EventType: typeNames.get(event.EventType),
    Timestamp: event.Timestamp,
  };
  const source = { ...event, ...(begun && 'Name' in begun ? { Name: begun.Name } : {}) };
  if ('Name' in source) {
    const calls = event.EventType === EventType.ExecutionStarted || begun !== undefined || 'Version' in event;
    shown[calls ? 'FunctionName' : 'Name'] = source.Name;
  }
  if (begun) shown['ScheduledTime'] = begun.Timestamp;
  for (const field of ['FireAt', 'InstanceId', 'OrchestrationStatus', 'Reason', 'Details', 'Data']) {
    if (field in source) shown[field] = source[field as keyof typeof source];
  }
  if ('Input' in source) shown['Input'] = source.Input;
  if ('Result' in source && showOutput) shown['Result'] = JSON.parse(source.Result);
  return shown;
}
