import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EventType, type HistoryEvent } from '../../../local/functions-host/durable/history.ts';
import {
  type Action,
  ActionType,
  type OrchestratorResult,
} from '../../../local/functions-host/durable/orchestrator-result.ts';
import { Replayer, replay } from '../../../local/functions-host/durable/replayer.ts';

/** Actions as durable-functions 3.5.0 returned them, with the histories they were returned for. */
interface CapturedTurn {
  readonly trigger: { readonly history: HistoryEvent[]; readonly instanceId: string };
  readonly result?: OrchestratorResult;
  readonly state?: OrchestratorResult;
}

const folder = new URL('../../fixtures/payloads/durable/', import.meta.url);
const prefix = /^orchestrationTrigger(-failed)?\.(\w+)\.json$/;
const now = '2026-11-23T09:00:00.000Z';

function readTurns(name: string): CapturedTurn[] {
  return readdirSync(folder)
    .filter((file) => prefix.exec(file)?.[2] === name)
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CapturedTurn[]);
}

function executionOf({ trigger }: CapturedTurn): string {
  const start = trigger.history.find((event) => event.EventType === EventType.ExecutionStarted);
  return start?.EventType === EventType.ExecutionStarted ? start.OrchestrationInstance.ExecutionId : '';
}

function replayTurn(turn: CapturedTurn) {
  const result = turn.result ?? turn.state;
  if (!result) throw new Error('the capture holds no result');
  const self = { instanceId: turn.trigger.instanceId, executionId: executionOf(turn) };
  return replay(self, turn.trigger.history, result.actions.flat(), now);
}

/** What of a scheduling event must agree. Message ids are the writer's own. */
function essence(event: HistoryEvent): unknown {
  const { EventType: type, EventId } = event;
  if (event.EventType === EventType.EventSent)
    return { type, EventId, to: event.InstanceId, name: event.Name };
  if (event.EventType === EventType.TimerCreated) return { type, EventId, fireAt: event.FireAt };
  if (event.EventType === EventType.TaskScheduled)
    return { type, EventId, name: event.Name, input: event.Input };
  if (event.EventType === EventType.SubOrchestrationCreated) {
    return { type, EventId, name: event.Name, input: event.Input, id: event.InstanceId };
  }
  return event;
}

/** Pairs of turns of one execution where the later history goes on from the earlier. */
function successions(turns: readonly CapturedTurn[]): [CapturedTurn, CapturedTurn][] {
  return turns.flatMap((turn): [CapturedTurn, CapturedTurn][] => {
    const before = turn.trigger.history;
    const next = turns
      .filter(({ trigger }) => trigger.history.length > before.length)
      .filter(({ trigger }) => before.every((event, i) => event.Timestamp === trigger.history[i]?.Timestamp))
      .filter((other) => executionOf(other) === executionOf(turn))
      .sort((a, b) => a.trigger.history.length - b.trigger.history.length)[0];
    return next ? [[turn, next]] : [];
  });
}

const names = [...new Set(readdirSync(folder).flatMap((file) => prefix.exec(file)?.[2] ?? []))];

describe.each(names)('the captured history of %s', (name) => {
  const turns = readTurns(name);
  const pairs = successions(turns);

  test('agrees with its actions', () => {
    expect(turns.length).toBeGreaterThan(0);
    for (const turn of turns) expect(replayTurn(turn).violation).toBeNull();
  });

  test.runIf(pairs.length > 0)('records exactly the decisions of each turn', () => {
    for (const [turn, next] of pairs) {
      const added = next.trigger.history.slice(turn.trigger.history.length);
      const recorded = added.filter(({ EventId }) => EventId >= 0);
      const before = turn.trigger.history.length;
      const upToNextTurn = added.findIndex(({ EventType: type }) => type === EventType.OrchestratorCompleted);
      const own = recorded.filter((event) => next.trigger.history.indexOf(event) < before + upToNextTurn);
      expect(replayTurn(turn).decisions.map(essence)).toEqual(own.map(essence));
    }
  });

  test('is settled at the end of an execution and not before', () => {
    for (const turn of turns.filter(({ result }) => result?.isDone)) {
      const isLast = !pairs.some(([earlier]) => earlier === turn);
      expect(replayTurn(turn)).toMatchObject({ decisions: [], settled: isLast });
    }
  });

  test('does not pass for another orchestration', () => {
    const withTask = turns.find(({ trigger }) =>
      trigger.history.some((event) => event.EventType === EventType.TaskScheduled),
    );
    if (!withTask) return;
    const altered = structuredClone(withTask);
    for (const event of altered.trigger.history) {
      if (event.EventType === EventType.TaskScheduled) Object.assign(event, { Name: 'renamed' });
    }
    expect(replayTurn(altered).violation).toMatch(/^Non-deterministic .* activity 'renamed' as step \d+/);
  });
});

describe('the replayer', () => {
  const self = { instanceId: 'i', executionId: 'e' };
  const stamp = (second: number) => ({
    EventId: -1,
    Timestamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
  });
  const begun = (second: number): HistoryEvent => ({
    EventType: EventType.OrchestratorStarted,
    ...stamp(second),
  });
  const start: HistoryEvent = {
    EventType: EventType.ExecutionStarted,
    ...stamp(0),
    OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
    ParentInstance: null,
    Name: 'o',
    Version: '',
    Input: 'null',
    Tags: null,
  };
  const call = (functionName: string): Action => ({ actionType: 0, functionName });
  const wait = (externalEventName: string): Action => ({ actionType: 6, externalEventName });
  const raised = (Name: string): HistoryEvent => ({
    EventType: EventType.EventRaised,
    ...stamp(1),
    Name,
    Input: '1',
  });
  const decisions = (history: HistoryEvent[], actions: Action[]) =>
    replay(self, history, actions, now).decisions.map((event) =>
      'Name' in event ? event.Name : event.EventType,
    );

  test('starts a later action only when the one before has finished', () => {
    expect(decisions([begun(0), start], [call('a'), call('b')])).toEqual(['a']);
    expect(decisions([begun(0), start], [wait('E'), call('b')])).toEqual([]);
    expect(decisions([begun(0), start, raised('e')], [wait('E'), call('b')])).toEqual(['b']);
  });

  test('starts all children of a compound at once, and numbers them in order', () => {
    const all: Action = {
      actionType: 12,
      compoundActions: [call('a'), call('b'), { actionType: 11, compoundActions: [call('c')] }],
    };
    expect(decisions([begun(0), start], [all, call('d')])).toEqual(['a', 'b', 'c']);
  });

  test('gives an event to the newest waiter', () => {
    const any: Action = { actionType: 11, compoundActions: [wait('E'), call('a')] };
    const done: HistoryEvent = {
      EventType: EventType.TaskCompleted,
      ...stamp(1),
      TaskScheduledId: 0,
      Result: 'null',
    };
    const scheduled: HistoryEvent = {
      EventType: EventType.TaskScheduled,
      ...stamp(0),
      EventId: 0,
      Name: 'a',
      Version: '',
      Input: '[null]',
    };
    const history = [begun(0), start, scheduled, begun(1), done, raised('E')];
    const turn = replay(self, history, [any, wait('E')], now);
    expect(turn.settled).toBe(true);
  });

  test('is not settled while suspended, and holds its decisions back', () => {
    const suspended: HistoryEvent = { EventType: EventType.ExecutionSuspended, ...stamp(1), Input: '' };
    const resumed: HistoryEvent = { EventType: EventType.ExecutionResumed, ...stamp(2), Input: '' };
    const history = [begun(0), start, begun(1), suspended, raised('E')];
    const held = replay(self, history, [wait('E'), call('a')], now);
    expect([held.decisions.length, held.settled, held.suspended]).toEqual([0, false, true]);
    expect(decisions([...history, begun(2), resumed], [wait('E'), call('a')])).toEqual(['a']);
  });

  test('names an action of a kind it does not know', () => {
    const turn = replay(self, [begun(0), start], [{ actionType: 99 } as unknown as Action], now);
    expect(turn.violation).toContain('unknown kind: {"actionType":99}');
  });

  test('starts thousands of actions that finish at once without running out of stack', () => {
    const signals = Array.from(
      { length: 20_000 },
      (): Action => ({ actionType: 9, instanceId: '@c@k', operation: 'add' }),
    );
    expect(decisions([begun(0), start], signals)).toHaveLength(20_000);
  });
});

describe('a walk that is kept between turns', () => {
  const at = (minute: number) => new Date(Date.parse(now) + minute * 60_000).toISOString();
  const mark = (minute: number): HistoryEvent => ({
    EventType: EventType.OrchestratorStarted,
    EventId: -1,
    Timestamp: at(minute),
  });
  const begun: HistoryEvent[] = [
    mark(0),
    {
      EventType: EventType.ExecutionStarted,
      EventId: -1,
      Timestamp: at(0),
      OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
      ParentInstance: null,
      Name: 'o',
      Version: '',
      Input: 'null',
      Tags: null,
    },
  ];
  const raised = (minute: number): HistoryEvent => ({
    EventType: EventType.EventRaised,
    EventId: -1,
    Timestamp: at(minute),
    Name: 'go',
    Input: '1',
  });
  const timer = (isCanceled: boolean): Action => ({
    actionType: ActionType.CreateTimer,
    fireAt: at(60),
    isCanceled,
  });
  const wait: Action = { actionType: ActionType.WaitForExternalEvent, externalEventName: 'go' };
  const activity = (functionName: string): Action => ({ actionType: ActionType.CallActivity, functionName });
  const race = (isCanceled: boolean): Action => ({
    actionType: ActionType.WhenAny,
    compoundActions: [wait, timer(isCanceled)],
  });

  test('withdraws a timer in the turn that cancels it, once, and goes on with what follows', () => {
    const replayer = new Replayer({ instanceId: 'i', executionId: 'e' });
    const first = replayer.turn(begun, [race(false)], at(0));
    expect(first).toMatchObject({ settled: false, withdrawnTimers: [], openActivities: 0 });
    expect(first?.decisions).toEqual([
      expect.objectContaining({ EventType: EventType.TimerCreated, EventId: 0 }),
    ]);
    const second = replayer.turn([mark(5), raised(5)], [race(true), activity('a')], at(5));
    expect(second).toMatchObject({ settled: false, withdrawnTimers: [0], openActivities: 1 });
    expect(second?.decisions).toEqual([
      expect.objectContaining({ EventType: EventType.TaskScheduled, EventId: 1, Timestamp: at(5) }),
    ]);
    const third = replayer.turn(
      [
        mark(6),
        {
          EventType: EventType.TaskCompleted,
          EventId: -1,
          Timestamp: at(6),
          TaskScheduledId: 1,
          Result: '1',
        },
      ],
      [race(true), activity('a')],
      at(6),
    );
    expect(third).toMatchObject({ settled: true, withdrawnTimers: [], decisions: [], openActivities: 0 });
  });

  test('leaves a timer alone that fires in the turn that cancels it', () => {
    const replayer = new Replayer({ instanceId: 'i', executionId: 'e' });
    replayer.turn(begun, [race(false)], at(0));
    const fired: HistoryEvent = {
      EventType: EventType.TimerFired,
      EventId: -1,
      Timestamp: at(60),
      TimerId: 0,
      FireAt: at(60),
    };
    const turn = replayer.turn([mark(60), raised(60), fired], [race(true)], at(60));
    expect(turn).toMatchObject({ settled: true, withdrawnTimers: [], violation: null });
  });

  test('decides nothing while suspended, and what waited meanwhile at the resume', () => {
    const replayer = new Replayer({ instanceId: 'i', executionId: 'e' });
    replayer.turn(begun, [wait], at(0));
    const control = (type: 19 | 20, minute: number): HistoryEvent => ({
      EventType: type,
      EventId: -1,
      Timestamp: at(minute),
      Input: '',
    });
    const suspended = replayer.turn([mark(1), control(19, 1), raised(1)], [wait, activity('a')], at(1));
    expect(suspended).toMatchObject({ suspended: true, decisions: [] });
    const resumed = replayer.turn([mark(2), control(20, 2)], [wait, activity('a')], at(2));
    expect(resumed?.decisions).toEqual([
      expect.objectContaining({ Name: 'a', EventId: 0, Timestamp: at(2) }),
    ]);
  });

  test('says when the list is no continuation of the last', () => {
    const replayer = new Replayer({ instanceId: 'i', executionId: 'e' });
    replayer.turn(begun, [activity('a')], at(0));
    expect(replayer.turn([mark(1)], [activity('b')], at(1))).toBeNull();
    expect(replayer.turn([mark(1)], [], at(1))).toBeNull();
  });
});
