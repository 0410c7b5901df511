/**
 * The numbered work of one orchestration, as its history is walked.
 *
 * Owns: sequence numbers, the match between what the code asks for and what the history says it asked for, the tasks
 * still open, the waits for named events.
 * Does not own: the meaning of actions (action-replay.ts), the walk itself (../replayer.ts).
 *
 * Invariants
 * 1. Numbers are given in the order of asking, from 0 without gaps; the library counts the same way, and the two
 *    meet only through these numbers.
 * 2. A scheduling event of the history matches exactly one request: same number, same kind, same name.
 * 3. Requests that no event of the history matches are the turn's decisions, and are matched once they are taken.
 * 4. An event is given to the newest waiter of its name, else buffered in order of arrival; names ignore case.
 */

import {
  EventType,
  type SchedulingEvent,
  type TaskCompleted,
  type TaskFailed,
  type TimerFired,
} from '../history.ts';
import { Future } from './future.ts';

/** A request without its number and time, which the schedule gives it. */
type Request = SchedulingEvent extends infer E
  ? E extends SchedulingEvent
    ? Omit<E, 'EventId' | 'Timestamp'>
    : never
  : never;

export type Completion = TaskCompleted | TaskFailed | TimerFired;

/** What a request needs to know of the events the walk has not reached yet. */
export interface Foresight {
  /** Numbers of the timers that fire. */
  readonly firedTimers: ReadonlySet<number>;
  /** Contents of the messages sent, by number: the ids in them are what their answers are named after. */
  readonly sentMessages: ReadonlyMap<number, string>;
}

export class Schedule {
  /** The orchestration's current time: the latest turn's start. */
  nowMs = 0;
  /** Set once the history contradicts the code; nothing counts after it. */
  violation: string | null = null;
  /** Activities asked for whose results are still to come. */
  openActivities = 0;

  #timestamp = '';
  #foresight: Foresight = { firedTimers: new Set(), sentMessages: new Map() };
  #nextId = 0;
  readonly #unmatched = new Map<number, SchedulingEvent>();
  readonly #open = new Map<number, (event: Completion) => void>();
  /** Timers the code withdrew since they were last asked for. */
  #withdrawn: number[] = [];
  readonly #waiters = new Map<string, Future[]>();
  readonly #buffered = new Map<string, number>();

  /** Begins a turn: `timestamp` is its time, `foresight` speaks of the events it walks. */
  begin(timestamp: string, foresight: Foresight): void {
    this.#timestamp = timestamp;
    this.#foresight = foresight;
  }

  /** Asks for work and calls `settled` when the history brings its completion. Returns the work's number. */
  ask(request: Request, settled: (event: Completion) => void): number {
    const id = this.send(request);
    if (request.EventType === EventType.TaskScheduled) this.openActivities += 1;
    this.#open.set(id, settled);
    return id;
  }

  /** Asks for something nobody completes: a message to an entity. */
  send(request: Request): number {
    const id = this.#nextId++;
    this.#unmatched.set(id, { EventId: id, Timestamp: this.#timestamp, ...request });
    return id;
  }

  /** The number the next request will get: ids of messages and children are made from it. */
  get nextId(): number {
    return this.#nextId;
  }

  willFire(timerId: number): boolean {
    return this.#foresight.firedTimers.has(timerId);
  }

  /** The id of the next message if the history holds it already. */
  recordedMessageId(): string | null {
    const content = this.#foresight.sentMessages.get(this.#nextId);
    return content === undefined ? null : (JSON.parse(content) as { id: string }).id;
  }

  isOpen(id: number): boolean {
    return this.#open.has(id);
  }

  /** Nobody waits for the timer any more, yet the history keeps its creation. */
  withdraw(timerId: number): void {
    this.#open.delete(timerId);
    this.#withdrawn.push(timerId);
  }

  waitFor(eventName: string): Future {
    const name = eventName.toLowerCase();
    const future = new Future();
    const early = this.#buffered.get(name) ?? 0;
    if (early > 0) {
      this.#buffered.set(name, early - 1);
      future.finish();
    } else {
      const waiters = this.#waiters.get(name);
      if (waiters) waiters.push(future);
      else this.#waiters.set(name, [future]);
    }
    return future;
  }

  raise(eventName: string): void {
    const name = eventName.toLowerCase();
    const waiter = this.#waiters.get(name)?.pop();
    if (waiter) waiter.finish();
    else this.#buffered.set(name, (this.#buffered.get(name) ?? 0) + 1);
  }

  /** Takes a scheduling event of the history as the record of a request already made. */
  match(event: SchedulingEvent): void {
    const request = this.#unmatched.get(event.EventId);
    if (request && describeStep(request) === describeStep(event)) {
      this.#unmatched.delete(event.EventId);
      return;
    }
    const asked = request
      ? `the code now asks for ${describeStep(request)}`
      : 'the code does not ask for it now';
    this.violation =
      `Non-deterministic orchestration: the history records ${describeStep(event)} as step ${event.EventId}, but ` +
      `${asked}. Restore the code this instance was started with, or terminate the instance and start it anew.`;
  }

  /** Completes open work. A completion nobody waits for is ignored: its timer was withdrawn. */
  settle(event: Completion): void {
    const id = event.EventType === EventType.TimerFired ? event.TimerId : event.TaskScheduledId;
    const settled = this.#open.get(id);
    if (!this.#open.delete(id)) return;
    if (event.EventType === EventType.TaskCompleted || event.EventType === EventType.TaskFailed) {
      this.openActivities -= 1;
    }
    settled?.(event);
  }

  /** Takes what no event matches, in order of number, since a Map keeps the order of insertion: it is history now. */
  takeDecisions(): SchedulingEvent[] {
    const now = this.#timestamp;
    const decisions = [...this.#unmatched.values()].map((event) =>
      event.Timestamp === now ? event : { ...event, Timestamp: now },
    );
    this.#unmatched.clear();
    return decisions;
  }

  get openTasks(): number {
    return this.#open.size;
  }

  /** Takes the numbers of the timers withdrawn since. */
  takeWithdrawnTimers(): number[] {
    const withdrawn = this.#withdrawn;
    this.#withdrawn = [];
    return withdrawn;
  }
}

/** A step in words, without its number. */
export function describeStep(event: Request): string {
  switch (event.EventType) {
    case EventType.TaskScheduled:
      return `activity '${event.Name}'`;
    case EventType.SubOrchestrationCreated:
      return `sub-orchestration '${event.Name}'`;
    case EventType.TimerCreated:
      return 'a timer';
    case EventType.EventSent:
      return `message '${event.Name}' to '${event.InstanceId}'`;
  }
}
