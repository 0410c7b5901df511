/** What the SQLite file holds, row by row, and what changes in it that the runtime must hear of. */
import type { ArrivingEvent, ParentInstance } from '../history.ts';

const liveStatuses = ['Pending', 'Running', 'Suspended'] as const;
export const finishedStatuses = ['Completed', 'Failed', 'Terminated'] as const;
type LiveStatus = (typeof liveStatuses)[number];
export type FinishedStatus = (typeof finishedStatuses)[number];
export type InstanceStatus = LiveStatus | FinishedStatus;

export function isFinished(status: InstanceStatus): status is FinishedStatus {
  return (finishedStatuses as readonly string[]).includes(status);
}

export interface InstanceRow {
  readonly id: string;
  /** Changes with every start and every continue-as-new: what belongs to another execution is dropped. */
  readonly executionId: string;
  readonly name: string;
  readonly version: string;
  readonly status: InstanceStatus;
  /** JSON text, as are output and custom status. */
  readonly input: string;
  readonly output: string | null;
  readonly customStatus: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly parent: ParentInstance | null;
  /** Entities it has locked or asked to lock. */
  readonly locks: readonly string[];
}

export interface EntityRow {
  /** `@name@key`, the name in lower case. */
  readonly id: string;
  readonly exists: boolean;
  /** JSON text. */
  readonly state: string | null;
  /** The orchestration instance that holds the lock. */
  readonly lockedBy: string | null;
  readonly updatedMs: number;
}

/** What may be sent to an entity. A lock request travels from entity to entity along its lock set. */
export type EntityMessage =
  | {
      readonly op: string;
      readonly id: string;
      readonly signal?: boolean;
      /** JSON text. */
      readonly input?: string;
      readonly parent?: string;
      readonly parentExecution?: string;
    }
  | {
      readonly op: null;
      readonly id: string;
      readonly parent: string;
      readonly parentExecution: string;
      readonly lockset: readonly string[];
      readonly pos: number;
    }
  | { readonly release: true; readonly parent: string };

/** A message waits in the file until the turn that takes it is committed. */
export interface Message {
  /** Null for a timer that came due: its row is the message. */
  readonly seq: number | null;
  /** An instance id, or `@name@key`. */
  readonly target: string;
  /** The execution it is meant for; null for whichever runs. */
  readonly executionId: string | null;
  readonly body: ArrivingEvent | EntityMessage;
}

export interface ActivityItem {
  readonly seq: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
  /** JSON of a one-element array. */
  readonly input: string;
}

export interface TimerRow {
  readonly instanceId: string;
  readonly executionId: string;
  readonly timerId: number;
  readonly fireAtMs: number;
}

/** A change, published once it is committed. */
export type Change =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'activity'; readonly item: ActivityItem }
  | { readonly kind: 'timer'; readonly timer: TimerRow }
  | { readonly kind: 'timer-withdrawn'; readonly instanceId: string; readonly timerId: number }
  /** An execution began in the instance's place. */
  | { readonly kind: 'execution-begun'; readonly row: InstanceRow }
  /** The instance began anew or ended: its timers are gone, and nothing known of it holds. */
  | { readonly kind: 'execution-ended'; readonly instanceId: string; readonly finished: boolean }
  /** The instance or entity was purged with everything that waited for it. */
  | { readonly kind: 'purged'; readonly target: string };
