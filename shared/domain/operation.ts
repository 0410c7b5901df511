import type { Actor } from './actor.ts';
import type { Mode } from './model-state.ts';

/** What an operator may do to a model. `reason` and `by` of every operation stand in the ledger. */
export type ModelAction =
  /** No run starts until then; null: until somebody thaws it. */
  | { readonly action: 'freeze'; readonly until: string | null }
  /** Ends every freeze that operators have set; those of the model file stay. */
  | { readonly action: 'thaw' }
  /** Sets the mode over that of the model file; `file` gives it back to the file. */
  | { readonly action: 'set-mode'; readonly mode: Mode | 'file' }
  /** Lets a suggested run start. */
  | { readonly action: 'approve' }
  /** Withdraws what waits: the group, or one signal that waits by itself. */
  | { readonly action: 'withdraw'; readonly signal: string | null }
  | { readonly action: 'cancel-run'; readonly runId: string }
  /** Answers a run whose gates cannot say and that asks: `onInconclusive` of the model file. */
  | { readonly action: 'accept-run'; readonly runId: string }
  | { readonly action: 'refuse-run'; readonly runId: string }
  /** One of two people who promote the challenger of a settled run against the gates. */
  | { readonly action: 'break-glass'; readonly runId: string };

/** What people order of a release that is under way. */
export type ReleaseAction =
  /** Of exactly what `binding` names (SHA-256, hex); `teams` are those the person is proven to be in. */
  | {
      readonly action: 'approve-release';
      readonly releaseId: string;
      readonly binding: string;
      readonly teams: readonly string[];
    }
  /** `binding`: only while that is what is asked; absent: whatever is. */
  | { readonly action: 'reject-release'; readonly releaseId: string; readonly binding?: string }
  /** Has it go back, wherever it is. */
  | { readonly action: 'abort-release'; readonly releaseId: string }
  /** Answers what a person is asked: it goes on. */
  | { readonly action: 'resume-release'; readonly releaseId: string }
  /** Settles a version whose probation could not say in time. */
  | { readonly action: 'accept-release'; readonly releaseId: string };

/** Has an earlier version serve again: a settled one, the latest before the one that serves where none is named. */
interface RollBackAction {
  readonly action: 'roll-back';
  readonly version: string | null;
}

/** Puts a version under embargo, or takes that back. */
interface QuarantineAction {
  readonly action: 'quarantine' | 'lift-quarantine';
  readonly version: string;
}

/** Tries the way back, without giving anybody another answer. */
interface DrillAction {
  readonly action: 'drill';
}

/** Makes a model's state anew from ledger and registry, as far as it lacks anything. */
interface RebuildAction {
  readonly action: 'rebuild';
}

/** What an operator may do to the whole fleet. */
export type FleetAction =
  /** The kill switch: no run starts any more. What comes or waits meanwhile is rejected, not kept for later. */
  { readonly action: 'stop' } | { readonly action: 'resume' };

/** Has the task hub forget the orchestrations that have ended and began longer ago than that. */
export interface PurgeAction {
  readonly action: 'purge';
  /** ISO 8601 duration, 30 days at least. */
  readonly olderThan: string;
}

export type OperatorAction =
  | ModelAction
  | ReleaseAction
  | RollBackAction
  | QuarantineAction
  | DrillAction
  | RebuildAction
  | PurgeAction
  | FleetAction;

export function isQuarantine(action: OperatorAction): action is QuarantineAction {
  return action.action === 'quarantine' || action.action === 'lift-quarantine';
}

/** What is ordered of what serves a model. */
export type TargetAction = ReleaseAction | RollBackAction | QuarantineAction | DrillAction;

/** Whether an action is for the target that serves a model, and not for the model's state. */
export function isReleaseOrder(action: OperatorAction): action is TargetAction {
  const { action: name } = action;
  return name === 'roll-back' || name === 'drill' || isQuarantine(action) || name.endsWith('-release');
}

/** One row of the ledger: what an operator did, or tried to. */
export interface Operation {
  /** The same for every repetition of the request. */
  readonly id: string;
  /** Null: the fleet. */
  readonly model: string | null;
  readonly action: OperatorAction;
  /** For people to read. */
  readonly by: string;
  /** Who it was, as the platform has proven it. Absent: from before it was, `by` is what a caller said of itself. */
  readonly actor?: Actor;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Whether it changed anything. */
  readonly done: boolean;
  /** What it changed, or why it did not, for a person. */
  readonly sentence: string;
}
