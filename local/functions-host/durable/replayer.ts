/**
 * Decides what an orchestration does next, from its history and the actions its function returned.
 *
 * Owns: walking the history with the list of actions, each event once while the orchestration is in memory.
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
 * 5. The same history and lists of actions give the same decisions: nothing else is looked at.
 */

import { EventType, type HistoryEvent, type SchedulingEvent } from './history.ts';
import type { Action } from './orchestrator-result.ts';
import { ActionReplay, type Identity } from './replay/action-replay.ts';
import { compareActions } from './replay/known-actions.ts';
import { type Foresight, Schedule } from './replay/schedule.ts';

export interface ReplayedTurn {
  /** New scheduling events in order of number. */
  readonly decisions: readonly SchedulingEvent[];
  /** Every action has finished and no task is open, so that the orchestration may end if its function has. */
  readonly settled: boolean;
  /** Activities whose results are still to come. */
  readonly openActivities: number;
  /** JSON of the next generation's input, or null. */
  readonly continueAsNewInput: string | null;
  /** Timers, created now or earlier, that nobody waits for any more since this turn. */
  readonly withdrawnTimers: readonly number[];
  /** Entities locked, or asked to be. */
  readonly locks: readonly string[];
  readonly suspended: boolean;
  /** Set when the history contradicts the code: the orchestration fails with it. */
  readonly violation: string | null;
}

/**
 * One orchestration's walk, kept between its turns: a turn costs what it brings, not what went before it.
 *
 * A later turn compares the list of actions with the one it knows; where they part, or where the process has started
 * anew, the whole history is walked again.
 */
export class Replayer {
  readonly #schedule = new Schedule();
  readonly #starts: ActionReplay;
  readonly #walk: Walk;
  readonly #actions: Action[] = [];
  #begun = false;

  /**
   * `lazily`: the first walk starts an action only where the history shows that it was asked for. A list does not tell of
   * waits for tasks that it already holds (`yield` of the loser of a race): what follows such a wait would begin too soon.
   */
  constructor(self: Identity, lazily = false) {
    this.#starts = new ActionReplay(this.#schedule, self);
    this.#walk = new Walk(this.#schedule, this.#starts, this.#actions, lazily);
  }

  /** How many of the actions that a function returns now are known from its last turn. */
  get knownActions(): number {
    return this.#actions.length;
  }

  /** Takes a turn: the events since the last, and the whole list of actions. Null when the list contradicts the last. */
  turn(events: readonly HistoryEvent[], actions: readonly Action[], timestamp: string): ReplayedTurn | null {
    const canceled: Parameters<ActionReplay['cancel']>[0][] = [];
    if (!compareActions(this.#actions, actions, (timer) => void canceled.push(timer))) return null;
    for (const action of actions.slice(this.#actions.length)) this.#actions.push(action);
    this.#schedule.begin(timestamp, foresee(events));
    // A first walk has the whole list from its first event on.
    let asked = !this.#begun;
    this.#begun = true;
    for (const event of events) {
      if (this.#schedule.violation !== null) break;
      this.#walk.take(event);
      if (asked || event.EventType !== EventType.OrchestratorStarted) continue;
      // What the function now asks for or takes back begins with the turn, at the turn's time.
      asked = true;
      for (const timer of canceled) this.#starts.cancel(timer);
      this.#walk.goOn();
    }
    this.#walk.endFirst();
    return this.#outcome();
  }

  #outcome(): ReplayedTurn {
    const walk = this.#walk;
    const schedule = this.#schedule;
    return {
      decisions: walk.suspended ? [] : schedule.takeDecisions(),
      settled: walk.actionsDone && schedule.openTasks === 0 && !walk.suspended,
      openActivities: schedule.openActivities,
      continueAsNewInput: this.#starts.continueAsNewInput,
      withdrawnTimers: schedule.takeWithdrawnTimers(),
      locks: this.#starts.locks,
      suspended: walk.suspended,
      violation: schedule.violation,
    };
  }
}

/** A turn from the whole history. */
export function replay(
  self: Identity,
  history: readonly HistoryEvent[],
  actions: readonly Action[],
  timestamp: string,
): ReplayedTurn {
  return new Replayer(self).turn(history, actions, timestamp) as ReplayedTurn;
}

/**
 * A turn from the whole history, as the host takes it after a start: where the list seems to contradict the history, it is
 * walked once more, lazily.
 */
export function replayWhole(
  self: Identity,
  history: readonly HistoryEvent[],
  actions: readonly Action[],
  timestamp: string,
): ReplayedTurn & { readonly by: Replayer } {
  const walk = (lazily: boolean) => {
    const by = new Replayer(self, lazily);
    return { ...(by.turn(history, actions, timestamp) as ReplayedTurn), by };
  };
  const eager = walk(false);
  if (eager.violation === null) return eager;
  const lazy = walk(true);
  return lazy.violation === null ? lazy : eager;
}

function foresee(events: readonly HistoryEvent[]): Foresight {
  const firedTimers = new Set<number>();
  const sentMessages = new Map<number, string>();
  for (const event of events) {
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
  #started = false;
  #waiting = false;
  #held: HistoryEvent[] = [];
  suspended = false;

  #lazily: boolean;

  constructor(schedule: Schedule, starts: ActionReplay, actions: readonly Action[], lazily: boolean) {
    this.#lazily = lazily;
    this.#schedule = schedule;
    this.#starts = starts;
    this.#actions = actions;
  }

  get actionsDone(): boolean {
    return this.#next >= this.#actions.length && !this.#waiting;
  }

  /** Starts what the list has gained since it was at its end. */
  goOn(): void {
    if (this.#started && !this.#waiting && !this.suspended) this.#advance();
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
    this.goOn();
    for (const event of held) this.take(event);
  }

  #apply(event: HistoryEvent): void {
    switch (event.EventType) {
      case EventType.ExecutionStarted:
        this.#started = true;
        this.#advance();
        return;
      case EventType.TaskScheduled:
      case EventType.SubOrchestrationCreated:
      case EventType.TimerCreated:
      case EventType.EventSent:
        if (this.#lazily) this.#catchUp(event.EventId);
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

  /** A first walk that was lazy starts what the history does not show. */
  endFirst(): void {
    if (!this.#lazily) return;
    this.#lazily = false;
    this.goOn();
  }

  /** Starts actions until one has to be waited for. A loop, not recursion: a list may be long. */
  #advance(): void {
    this.#waiting = false;
    if (!this.#lazily) while (this.#startNext());
  }

  /** Starts what must have been asked for before a step of this number was. */
  #catchUp(stepId: number): void {
    while (!this.#waiting && this.#schedule.nextId <= stepId && this.#startNext());
  }

  /** Starts one action. Returns false when it has to be waited for, or there is none. */
  #startNext(): boolean {
    const action = this.#schedule.violation === null ? this.#actions[this.#next] : undefined;
    if (!action) return false;
    this.#next += 1;
    const future = this.#starts.start(action);
    if (future.done) return true;
    this.#waiting = true;
    future.whenDone(() => this.#advance());
    return false;
  }
}
