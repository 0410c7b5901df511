/**
 * What happened to one model in some time, as lanes over one axis. What `GET /api/models/{model}/timeline` answers.
 *
 * `?from=&until=&points=`: ISO 8601; without them the latest 30 days. Spans that began before `from` and go on in it are in
 * it. Each lane is bounded; `leftOut` says what is missing of it, and `before` how to go on: the same with `until=before`.
 */
import type { CheckRow, CheckVerdict } from './check.ts';
import type { AdmissionOutcome, ReasonCode } from './decision.ts';
import type { OperatorAction } from './operation.ts';
import type { ReleaseState } from './release-state.ts';
import type { RunOutcome, RunPhase } from './run.ts';
import type { SignalKind } from './signal.ts';

/** From a moment to another (ISO 8601, UTC). */
export interface TimelineSpan {
  readonly from: string;
  /** Null: it goes on. */
  readonly until: string | null;
}

/** A signal and what became of it: every NO with its reason. */
export interface TimelineDecision {
  readonly signalId: string;
  readonly kind: SignalKind;
  /** Who or what says so. */
  readonly source: string;
  readonly summary: string;
  readonly observedAt: string | null;
  readonly offeredAt: string;
  readonly decidedAt: string;
  readonly outcome: AdmissionOutcome;
  readonly reason: ReasonCode;
  readonly sentence: string;
  readonly changedBy: string;
  readonly runId: string | null;
  readonly joinedSignalId: string | null;
}

export interface TimelineRun extends TimelineSpan {
  readonly runId: string;
  readonly kind: 'retrain' | 'promote' | 'reevaluate';
  readonly phase: RunPhase;
  /** When each phase began, the first one first; empty for runs of before it was kept. */
  readonly phases: readonly { readonly phase: RunPhase; readonly from: string }[];
  readonly outcome: RunOutcome | null;
  readonly verdict: string | null;
  readonly sentence: string;
  readonly version: string | null;
  readonly released: boolean;
}

export interface TimelineRelease extends TimelineSpan {
  readonly releaseId: string;
  readonly runId: string;
  readonly version: string;
  readonly state: ReleaseState;
  readonly sentence: string;
  readonly isDrill: boolean;
  /** What it went through, the first first. */
  readonly steps: readonly {
    readonly from: string;
    readonly state: ReleaseState;
    readonly stage: string | null;
    readonly step: number | null;
    readonly sentence: string;
  }[];
}

/** A time in which no run starts, or in which the mode was another than the file's. */
export interface TimelineHold extends TimelineSpan {
  readonly what: 'freeze' | 'mode' | 'stop';
  /** The freeze's name in the model file, or the mode; null where an operator has frozen it. */
  readonly name: string | null;
  /** Null: the model file. */
  readonly by: string | null;
  readonly reason: string;
}

export interface TimelineChampion extends TimelineSpan {
  readonly version: string;
  readonly runId: string | null;
  readonly releaseId: string | null;
}

/** What an operator did. */
export interface TimelineOperation {
  readonly id: string;
  readonly at: string;
  readonly action: OperatorAction['action'];
  readonly by: string;
  readonly reason: string;
  readonly done: boolean;
  readonly sentence: string;
}

/** The values of one rule, as a strip under the axis. */
export interface MetricStrip {
  readonly rule: string;
  readonly kind: CheckRow['kind'];
  readonly metric: string;
  /** The thresholds that were in force, the earliest first: a file may have changed meanwhile. */
  readonly limits: readonly {
    readonly from: string;
    readonly side: 'below' | 'above';
    readonly value: number;
  }[];
  /** The earliest first. Of more than `points` some are left out: never a lowest or highest of its stretch, nor one of another verdict than `fine`. */
  readonly samples: readonly {
    readonly at: string;
    readonly value: number;
    readonly sample: number | null;
    /** Absent: it came without. */
    readonly standardError?: number;
    readonly window: string | null;
    readonly verdict: CheckVerdict;
  }[];
  /** Samples that were thinned out. */
  readonly thinned: number;
}

export interface Timeline {
  readonly model: string;
  readonly at: string;
  readonly from: string;
  readonly until: string;
  /** Checks that measured nothing, or came to no verdict, and those that breached or recovered; the latest first. */
  readonly checks: readonly CheckRow[];
  /** The latest first, as are all lanes of events. */
  readonly decisions: readonly TimelineDecision[];
  readonly operations: readonly TimelineOperation[];
  readonly runs: readonly TimelineRun[];
  readonly releases: readonly TimelineRelease[];
  readonly holds: readonly TimelineHold[];
  readonly champions: readonly TimelineChampion[];
  readonly metrics: readonly MetricStrip[];
  /** What is missing, for a person; one sentence a lane. Empty: nothing is. */
  readonly leftOut: readonly string[];
  /** Everything after this moment is here, but for what is thinned; ask with it as `until` for what was before. Null: nothing is missing. */
  readonly before: string | null;
  readonly changes: string;
}
