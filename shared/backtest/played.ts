/** What came of playing a history under one model file. */
import type { Admission, ReasonCode } from '../domain/decision.ts';
import type { RunOutcome } from '../domain/run.ts';
import type { SignalKind } from '../domain/signal.ts';

/** A stretch in which a signal was deferred for one reason. */
export interface Wait {
  readonly reason: ReasonCode;
  /** ISO 8601, UTC. */
  readonly from: string;
  /** Null: it goes on where the history ends. */
  readonly until: string | null;
}

export interface PlayedDecision
  extends Pick<Admission, 'outcome' | 'reason' | 'sentence' | 'changedBy' | 'runId'> {
  readonly signalId: string;
  readonly kind: SignalKind;
  readonly summary: string;
  readonly offeredAt: string;
  readonly decidedAt: string;
  readonly joined: string | null;
  readonly waits: readonly Wait[];
}

export interface PlayedRun {
  readonly runId: string;
  /** The signal that started it. */
  readonly signalId: string;
  readonly kind: 'retrain' | 'promote' | 'reevaluate';
  readonly startedAt: string;
  /** Null: it is under way where the history ends. */
  readonly endedAt: string | null;
  readonly outcome: RunOutcome | null;
  /** Hours of its jobs; null where nobody knows. */
  readonly hours: number | null;
  /** Whether it took place, or is assumed. */
  readonly isRecorded: boolean;
  readonly version: string | null;
}

/** Which version served from when on. */
export interface Served {
  readonly from: string;
  readonly version: string;
  /** When what it was trained on ends; null where nobody knows. */
  readonly trainedAt: string | null;
}

/** A report of metrics as it was seen. */
export interface SeenWindow {
  readonly window: string;
  readonly at: string;
  /** Null: no version served in the play by then. */
  readonly serves: string | null;
  /** The version that the report is about; null where it does not say. */
  readonly recorded: string | null;
  /** Whether the numbers are those of the version that serves. */
  readonly isKnown: boolean;
}

export interface Played {
  readonly decisions: readonly PlayedDecision[];
  readonly runs: readonly PlayedRun[];
  readonly served: readonly Served[];
  readonly windows: readonly SeenWindow[];
  /** Facts that nothing came of, and why. */
  readonly ignored: readonly { readonly what: string; readonly times: number }[];
}
