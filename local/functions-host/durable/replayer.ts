/**
 * Decides what an orchestration does next, from its history and the actions its function returned.
 *
 * Owns: walking the whole history with the whole list of actions, each turn anew.
 * Does not own: running the function, storing anything, effects: the decisions it returns are events, and effects
 * follow from events (turns/turn-effects.ts).
 *
 * The library in the function and this walk never exchange sequence numbers; both count, and must count alike. So the
 * walk follows the Durable extension to the letter, where the letter looks odd too:
 *
 * 1. Top-level actions run one after another: the next starts within the event that finished the one before.
 * 2. The children of a WhenAny or WhenAll all start at once. WhenAll waits for every child, failed ones included.
 * 3. Nothing ends while an activity, a sub-orchestration or a timer is open: a forgotten timer keeps the
 *    orchestration running. Events and entity answers do not count as open.
 * 4. While suspended, events wait, in order, until the resume; there are no decisions and no end.
 * 5. A turn is a pure function of its arguments: the same history and actions give the same decisions.
 */

import { EventType, type HistoryEvent, type SchedulingEvent } from './history.ts';
import type { Action } from './orchestrator-result.ts';
import { ActionReplay, type Identity } from './replay/action-replay.ts';
import { type Foresight, Schedule } from './replay/schedule.ts';

export interface ReplayedTurn {
  /** New scheduling events in order of number. */
  readonly decisions: readonly SchedulingEvent[];
  /** Every action has finished and no task is open, so that the orchestration may end if its function has. */
  readonly settled: boolean;
  /** JSON of the next generation's input, or null. */
  readonly continueAsNewInput: string | null;
  /** Timers created now or earlier that nobody waits for any more. */
  readonly withdrawnTimers: readonly number[];
  /** Entities locked, or asked to be. */
  readonly locks: readonly string[];
  readonly suspended: boolean;
  /** Set when the history contradicts the code: the orchestration fails with it. */
  readonly violation: string | null;
}

export function replay(
  self: Identity,
  history: readonly HistoryEvent[],
  actions: readonly Action[],
  timestamp: string,
): ReplayedTurn {
  const schedule = new Schedule(timestamp, foresee(history));
  const starts = new ActionReplay(schedule, self);
  const walk = new Walk(schedule, starts, actions);
  for (const event of history) {
    if (schedule.violation !== null) break;
    walk.take(event);
  }
  return {
    decisions: walk.suspended ? [] : schedule.decisions(),
    settled: walk.actionsDone && schedule.openTasks === 0 && !walk.suspended,
    continueAsNewInput: starts.continueAsNewInput,
    withdrawnTimers: schedule.withdrawnTimers(),
    locks: starts.locks,
    suspended: walk.suspended,
    violation: schedule.violation,
  };
}

function foresee(history: readonly HistoryEvent[]): Foresight {
  const firedTimers = new Set<number>();
  const sentMessages = new Map<number, string>();
  for (const event of history) {
    if (event.EventType === EventType.TimerFired) firedTimers.add(event.TimerId);
    else if (event.EventType === EventType.EventSent) sentMessages.set(event.EventId, event.Input);
  }
  return { firedTimers, sentMessages };
}

class Walk {
  readonly #schedule: Schedule;
  readonly #starts: ActionReplay;
  readonly #actions: readonly Action[];
  #next = 0;
  #waiting = false;
  #held: HistoryEvent[] = [];
  suspended = false;

  constructor(schedule: Schedule, starts: ActionReplay, actions: readonly Action[]) {
    this.#schedule = schedule;
    this.#starts = starts;
    this.#actions = actions;
  }

  get actionsDone(): boolean {
    return this.#next >= this.#actions.length && !this.#waiting;
  }

  take(event: HistoryEvent): void {
    if (event.EventType === EventType.OrchestratorStarted) {
      this.#schedule.nowMs = Math.max(this.#schedule.nowMs, Date.parse(event.Timestamp));
    } else if (event.EventType === EventType.ExecutionResumed) {
      this.#resume();
    } else if (this.suspended) {
      this.#held.push(event);
    } else {
      this.#apply(event);
    }
  }

  #resume(): void {
    this.suspended = false;
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.take(event);
  }

  #apply(event: HistoryEvent): void {
    switch (event.EventType) {
      case EventType.ExecutionStarted:
        this.#advance();
        return;
      case EventType.TaskScheduled:
      case EventType.SubOrchestrationCreated:
      case EventType.TimerCreated:
      case EventType.EventSent:
        this.#schedule.match(event);
        return;
      case EventType.TaskCompleted:
      case EventType.TaskFailed:
      case EventType.SubOrchestrationCompleted:
      case EventType.SubOrchestrationFailed:
      case EventType.TimerFired:
        this.#schedule.settle(event);
        return;
      case EventType.EventRaised:
        this.#schedule.raise(event.Name);
        return;
      case EventType.ExecutionSuspended:
        this.suspended = true;
        return;
      default:
        return;
    }
  }

  /** Starts actions until one has to be waited for. A loop, not recursion: a list may be long. */
  #advance(): void {
    this.#waiting = false;
    while (this.#next < this.#actions.length && this.#schedule.violation === null) {
      const action = this.#actions[this.#next++];
      if (!action) return;
      const future = this.#starts.start(action);
      if (future.done) continue;
      this.#waiting = true;
      future.whenDone(() => this.#advance());
      return;
    }
  }
}
