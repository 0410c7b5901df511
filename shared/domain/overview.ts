/**
 * The fleet's table: one line a model. What `GET /api/overview` answers.
 *
 * `GET /api/overview?limit=&continuation=&model=`: in the order of their names, `limit` (1 to 200, without it 100) at a time.
 */
import type { CheckRow } from './check.ts';
import type { AdmissionOutcome, ReasonCode } from './decision.ts';
import type { Mode } from './model-state.ts';
import type { ReleaseState } from './release-state.ts';
import type { RunOutcome, RunPhase } from './run.ts';
import type { SignalKind } from './signal.ts';
import type { Word } from './word.ts';

/** What a model is doing, the most urgent first: of several that hold, the first is told. */
export const overviewStates = [
  'broken', // its file is invalid, and has never been valid here
  'asks', // a person is asked: a run, a release, an approval, a suggestion
  'running', // a run is under way
  'releasing', // a release is under way
  'waiting', // a signal waits
  'stopped', // the kill switch of the fleet is thrown
  'frozen', // no run starts
  'off', // mode off
  'unhealthy', // the last check of a rule was a breach, or failed
  'new', // it has no champion yet
  'idle', // none of these
] as const;
export type OverviewStateCode = (typeof overviewStates)[number];

export interface ModelOverview {
  readonly model: string;
  readonly description: string | null;
  readonly state: { readonly code: OverviewStateCode; readonly sentence: string };
  readonly mode: { readonly mode: Mode | null; readonly setBy: Word | null };
  readonly champion: {
    readonly version: string;
    readonly runId: string | null;
    /** When it was released (ISO 8601, UTC); null: not known. */
    readonly since: string | null;
  } | null;
  readonly health: {
    /** The worst of the last checks; `unknown`: nothing was checked, or not lately enough to be kept. */
    readonly verdict: 'fine' | 'breached' | 'failed' | 'unknown';
    /** The last check of each rule, by rule; 50 at most. */
    readonly checks: readonly CheckRow[];
  };
  readonly lastDecision: LastDecision | null;
  /** What waits, for whom and until when; the first ten, those for a person first. */
  readonly waits: readonly OverviewWait[];
  readonly waitsLeftOut: number;
  /** The run under way, or else the last one; null: there has been none. */
  readonly run: OverviewRun | null;
  /** The release under way, or else the last one; null: there has been none. */
  readonly release: OverviewRelease | null;
  /** Null: the model file sets none. */
  readonly budget: {
    /** Length of the sliding window, an ISO 8601 duration. */
    readonly window: string;
    /** Hours of jobs. `left` is what is neither spent nor reserved. */
    readonly limitHours: number;
    readonly usedHours: number;
    readonly leftHours: number;
  } | null;
  /** What asks by time next; null: nothing does. */
  readonly nextSchedule: {
    readonly name: string;
    readonly kind: 'schedule' | 'query' | 'champion-age';
    readonly at: string;
  } | null;
  /** Freezes in force; `name` is that in the model file, null where an operator has set it. */
  readonly freezes: readonly OverviewFreeze[];
  /** What is wrong with its file. */
  readonly problems: readonly string[];
}

export interface LastDecision {
  readonly signalId: string;
  readonly kind: SignalKind;
  readonly outcome: AdmissionOutcome;
  readonly reason: ReasonCode;
  readonly sentence: string;
  readonly at: string;
}

export interface OverviewWait {
  readonly what: 'signals' | 'suggestion' | 'request' | 'run' | 'release' | 'approval' | 'break-glass';
  /** The signal, run or release that waits, by id. */
  readonly id: string;
  /** How many signals wait as one; 1 for everything else. */
  readonly count: number;
  /** Whether it waits for a person, or for something that comes by itself. */
  readonly forPerson: boolean;
  /** Until when at most (ISO 8601, UTC); null: not known, or without end. */
  readonly until: string | null;
  readonly sentence: string;
}

export interface OverviewRun {
  readonly runId: string;
  readonly kind: 'retrain' | 'promote' | 'reevaluate';
  readonly phase: RunPhase;
  /** Null while it is under way. */
  readonly outcome: RunOutcome | null;
  readonly sentence: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

export interface OverviewRelease {
  readonly releaseId: string;
  readonly version: string;
  readonly state: ReleaseState;
  readonly stage: string | null;
  /** Of a canary: percent. */
  readonly step: number | null;
  readonly sentence: string;
  readonly since: string;
  readonly endedAt: string | null;
}

export interface OverviewFreeze {
  readonly name: string | null;
  /** Null: the model file. */
  readonly by: string | null;
  readonly reason: string;
  /** ISO 8601, UTC; null: until somebody thaws it. */
  readonly until: string | null;
}

export interface OverviewPage {
  /** The service's time (ISO 8601, UTC): ages and "until" are reckoned from it. */
  readonly at: string;
  readonly models: readonly ModelOverview[];
  /** How many models there are in all. */
  readonly total: number;
  /** Models on this page whose decisions, runs and releases are yet to be read: of a ledger of an earlier version, once. */
  readonly unread: number;
  /** The kill switch, while it is thrown. */
  readonly stopped: Word | null;
  /** What is wrong with the fleet file. */
  readonly fleetProblems: readonly string[];
  /** For `GET /api/changes?after=`: whatever changes after this page was read is told by it. */
  readonly changes: string;
  /** Absent: nothing follows. */
  readonly continuation?: string;
}
