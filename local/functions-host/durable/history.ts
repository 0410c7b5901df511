/**
 * The events of an orchestration's history, in the shape the durable-functions library reads.
 *
 * An event is stored once and rendered twice: `IsPlayed` false in the turn that brings it, true ever after. The
 * library tells replay from news by that flag alone, so it is added on rendering and never kept.
 */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationCreated: 7,
  SubOrchestrationCompleted: 8,
  SubOrchestrationFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  Generic: 17,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

interface Stamp {
  /** The sequence number on scheduling events, -1 on all others. */
  readonly EventId: number;
  readonly Timestamp: string;
}

/** Who waits for a sub-orchestration, and under which sequence number. */
export interface ParentInstance {
  readonly Name: string;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly TaskScheduleId: number;
  readonly Version: string;
}

export interface FailureDetails {
  readonly ErrorType: string;
  readonly ErrorMessage: string;
  readonly StackTrace?: string | null;
  readonly InnerFailure?: FailureDetails | null;
  readonly IsNonRetriable: boolean;
  readonly Properties?: unknown;
}

export interface ExecutionStarted extends Stamp {
  readonly EventType: typeof EventType.ExecutionStarted;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly ParentInstance: ParentInstance | null;
  readonly Name: string;
  readonly Version: string;
  readonly Input: string;
  readonly Tags: null;
}

export interface ExecutionCompleted extends Stamp {
  readonly EventType: typeof EventType.ExecutionCompleted;
  readonly OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated';
  readonly Result: string;
  readonly FailureDetails: FailureDetails | null;
}

/** Terminate, suspend and resume carry only a reason. */
interface ExecutionControlled extends Stamp {
  readonly EventType:
    | typeof EventType.ExecutionTerminated
    | typeof EventType.ExecutionSuspended
    | typeof EventType.ExecutionResumed;
  readonly Input: string;
}

export interface TaskScheduled extends Stamp {
  readonly EventType: typeof EventType.TaskScheduled;
  readonly Name: string;
  readonly Version: string;
  /** JSON of a one-element array: the activity's input. */
  readonly Input: string;
  /** Ours: the sequence number of the failed attempt this one repeats. Rewind reads it. */
  readonly RetryOf?: number;
}

export interface SubOrchestrationCreated extends Stamp {
  readonly EventType: typeof EventType.SubOrchestrationCreated;
  readonly Name: string;
  readonly Version: string;
  readonly InstanceId: string;
  readonly Input: string;
  readonly RetryOf?: number;
}

export interface TimerCreated extends Stamp {
  readonly EventType: typeof EventType.TimerCreated;
  readonly FireAt: string;
  /** Ours: set on the wait between two attempts, and on the empty wait after the last one. */
  readonly RetryOf?: number;
}

export interface EventSent extends Stamp {
  readonly EventType: typeof EventType.EventSent;
  readonly InstanceId: string;
  readonly Name: string;
  readonly Input: string;
}

/** `Result` is JSON text and never absent: the library parses it unasked. */
export interface TaskCompleted extends Stamp {
  readonly EventType: typeof EventType.TaskCompleted | typeof EventType.SubOrchestrationCompleted;
  readonly TaskScheduledId: number;
  readonly Result: string;
}

export interface TaskFailed extends Stamp {
  readonly EventType: typeof EventType.TaskFailed | typeof EventType.SubOrchestrationFailed;
  readonly TaskScheduledId: number;
  readonly Reason: string;
  readonly Details: string;
  readonly FailureDetails: FailureDetails | null;
}

export interface TimerFired extends Stamp {
  readonly EventType: typeof EventType.TimerFired;
  readonly TimerId: number;
  readonly FireAt: string;
}

export interface EventRaised extends Stamp {
  readonly EventType: typeof EventType.EventRaised;
  readonly Name: string;
  readonly Input: string;
}

interface TurnMark extends Stamp {
  readonly EventType: typeof EventType.OrchestratorStarted | typeof EventType.OrchestratorCompleted;
}

export interface GenericEvent extends Stamp {
  readonly EventType: typeof EventType.Generic;
  readonly Data: string;
}

/** What an orchestrator's code asked for, with its place in the order of asking. */
export type SchedulingEvent = TaskScheduled | SubOrchestrationCreated | TimerCreated | EventSent;

/** What may arrive at an orchestration from outside its own turn. */
export type ArrivingEvent =
  | ExecutionStarted
  | ExecutionControlled
  | TaskCompleted
  | TaskFailed
  | TimerFired
  | EventRaised
  | GenericEvent;

export type HistoryEvent = SchedulingEvent | ArrivingEvent | ExecutionCompleted | TurnMark;

type Shown<E> = E extends HistoryEvent
  ? Omit<E, 'Timestamp'> & { IsPlayed: boolean; Timestamp: Date }
  : never;

/** An event as the library reads it: replay and news are told apart by the flag alone, and times are dates. */
export type ShownEvent = Shown<HistoryEvent>;

/**
 * The start of a turn gives its time anew whenever it is asked: the library makes it the function's `currentUtcDateTime`,
 * which the function may change.
 */
export function showEvent(event: HistoryEvent, played: boolean): ShownEvent {
  const timeMs = Date.parse(event.Timestamp);
  if (event.EventType !== EventType.OrchestratorStarted) {
    return { IsPlayed: played, ...event, Timestamp: new Date(timeMs) };
  }
  return {
    IsPlayed: played,
    ...event,
    get Timestamp() {
      return new Date(timeMs);
    },
  };
}

/** The event that `showEvent` was given. */
export function recallEvent({ IsPlayed: _, ...event }: ShownEvent): HistoryEvent {
  return { ...event, Timestamp: event.Timestamp.toISOString() };
}

/** JSON of the events, comma-joined without brackets, so that a history grows by appending text. */
export function renderEvents(events: readonly HistoryEvent[], played: boolean): string {
  const flag = `{"IsPlayed":${played},`;
  return events.map((event) => flag + JSON.stringify(event).slice(1)).join(',');
}

/** Reads what `renderEvents` wrote. */
export function parseEvents(text: string): HistoryEvent[] {
  return JSON.parse(`[${text}]`) as HistoryEvent[];
}

export function turnMark(type: TurnMark['EventType'], timestamp: string): TurnMark {
  return { EventType: type, EventId: -1, Timestamp: timestamp };
}
