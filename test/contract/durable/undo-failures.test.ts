import { expect, test } from 'vitest';
import { EventType, type HistoryEvent } from '../../../local/functions-host/durable/history.ts';
import { retryDelayMs } from '../../../local/functions-host/durable/replay/retry.ts';
import { undoFailures } from '../../../local/functions-host/durable/replay/undo-failures.ts';

const stamp = { EventId: -1, Timestamp: '2026-01-01T00:00:00.000Z' };

function scheduled(EventId: number, RetryOf?: number): HistoryEvent {
  const retry = RetryOf === undefined ? {} : { RetryOf };
  return {
    EventType: EventType.TaskScheduled,
    ...stamp,
    EventId,
    Name: 'a',
    Version: '',
    Input: '[null]',
    ...retry,
  };
}

function failed(TaskScheduledId: number): HistoryEvent {
  return {
    EventType: EventType.TaskFailed,
    ...stamp,
    TaskScheduledId,
    Reason: 'r',
    Details: 'd',
    FailureDetails: null,
  };
}

function retryWait(EventId: number, RetryOf: number): HistoryEvent[] {
  const FireAt = stamp.Timestamp;
  return [
    { EventType: EventType.TimerCreated, ...stamp, EventId, FireAt, RetryOf },
    { EventType: EventType.TimerFired, ...stamp, TimerId: EventId, FireAt },
  ];
}

const undo = (history: HistoryEvent[]) => undoFailures(history, () => false).events;

test('the step an orchestration failed on goes, steps before it stay', () => {
  const before = [
    scheduled(0),
    { EventType: EventType.TaskCompleted, ...stamp, TaskScheduledId: 0, Result: '1' },
  ] as HistoryEvent[];
  expect(undo([...before, scheduled(1), failed(1)])).toEqual(before);
});

test('a failure that was caught and followed by another step stays', () => {
  const caught = [scheduled(0), failed(0)];
  expect(undo([...caught, scheduled(1), failed(1)])).toEqual(caught);
});

test('of a retried step only the last attempt and the wait after it go', () => {
  const first = [scheduled(0), failed(0), ...retryWait(1, 0)];
  expect(undo([...first, scheduled(2, 0), failed(2), ...retryWait(3, 2)])).toEqual(first);
});

test('a failed sub-orchestration that can be rewound keeps its creation and loses its failure', () => {
  const created: HistoryEvent = {
    EventType: EventType.SubOrchestrationCreated,
    ...stamp,
    EventId: 0,
    Name: 'child',
    Version: '',
    InstanceId: 'kid',
    Input: 'null',
  };
  const failure = { ...failed(0), EventType: EventType.SubOrchestrationFailed } as HistoryEvent;
  expect(undoFailures([created, failure], () => true)).toEqual({
    events: [created],
    failedChildren: ['kid'],
  });
  expect(undoFailures([created, failure], () => false)).toEqual({ events: [], failedChildren: [] });
});

test('the wait between attempts grows by the factor and stops at the limit', () => {
  const options = { firstRetryIntervalInMilliseconds: 100, maxNumberOfAttempts: 9, backoffCoefficient: 2 };
  expect([1, 2, 3].map((attempts) => retryDelayMs(options, attempts))).toEqual([100, 200, 400]);
  expect(retryDelayMs({ ...options, maxRetryIntervalInMilliseconds: 250 }, 3)).toBe(250);
});
