import type { AlarmSeries } from './breach-test.ts';
import type { Composite } from './composite.ts';
import type { AdmissionOutcome, ReasonCode } from './decision.ts';
import type { KeptChallenger, ModelVersion, RunOutcome } from './run.ts';
import type { Word } from './word.ts';

/** What admission remembers of a signal it has answered: enough to know a redelivery, for longer than it can come. */
export interface RememberedSignal {
  readonly id: string;
  readonly outcome: AdmissionOutcome;
  readonly reason: ReasonCode;
  readonly runId: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Signals that automation holds back: one run will answer them all. The orchestration of the first one waits. */
export interface Pending {
  /** The one whose orchestration waits first, then those that joined it. */
  readonly signals: readonly string[];
  /** When the first one is offered again (ISO 8601, UTC). */
  readonly until: string;
  /** When the first one came; this and what follows is absent in states of before it was kept. */
  readonly since?: string;
  /** When the latest one came: the quiet period counts from it. */
  readonly lastAt?: string;
  /** Whether it waits for more data: then data that comes wakes it. */
  readonly forData?: boolean;
  /** The change after which it waits for rows (ISO 8601, UTC). */
  readonly changedAt?: string;
  /** Mode suggest: until when a person may approve the run. */
  readonly suggestedUntil?: string;
  readonly approved?: Word;
  /** What the signals are about, where they can recover. */
  readonly causes?: readonly PendingCause[];
  /** Those of the model, as the latest of the signals had them whose rule asks only together with others; absent: none does. */
  readonly composites?: readonly Composite[];
}

export interface PendingCause {
  readonly signal: string;
  /** Null: nothing recovers from it. */
  readonly cause: string | null;
  /** When it was observed (ISO 8601, UTC). */
  readonly at: string;
  readonly recovered: boolean;
}

/** What a person says of a run whose gates cannot say. */
export interface InconclusiveAnswer extends Word {
  readonly accepted: boolean;
}

/** The final answer to a signal that still sleeps: it is given when the signal is offered again. */
export interface PendingDecision {
  readonly signal: string;
  readonly outcome: Exclude<AdmissionOutcome, 'deferred'>;
  readonly reason: ReasonCode;
  readonly sentence: string;
  readonly changedBy: string;
  readonly runId: string | null;
}

/** One look at a rule: whether its window was bad. */
export interface WatchedWindow {
  /** When it was observed (ISO 8601, UTC). */
  readonly at: string;
  readonly bad: boolean;
  /** Of the first that is kept: after which moment those before it were all beyond the threshold, too. */
  readonly since?: string;
  /** Where `rowsAfterChange` asks: it lies beyond its threshold as well, and raised no alarm. */
  readonly unsure?: true;
}

/** What one run takes of the budget. */
export interface Spent {
  readonly runId: string;
  /** When the run was admitted (ISO 8601, UTC). */
  readonly at: string;
  /** What was reserved at admission; the real hours of its jobs once the run has settled. */
  readonly computeHours: number;
  readonly settled: boolean;
  /** In the fleet's books: whose run it is. */
  readonly model?: string;
}

export const modes = ['auto', 'suggest', 'observe', 'off'] as const;
export type Mode = (typeof modes)[number];

/** The state of one model's entity. Plain JSON, bounded. Optional fields are absent in states of before they were kept. */
export interface ModelState {
  /** The run under way. */
  readonly live: {
    readonly runId: string;
    /** Every signal the run answers, the one that started it first. */
    readonly signals: readonly string[];
    readonly since: string;
    /** After this moment the run counts as dead. */
    readonly deadline: string;
    /** A promote run judges one version: no signal joins it. */
    readonly kind?: 'retrain' | 'promote';
    /** Whether the fleet holds a place for it. */
    readonly granted?: boolean;
    /** Somebody, or a signal under `whileRunning: restart`, wants it cancelled. */
    readonly cancel?: Word;
    /** Whether it is cancelled for another run, which then has no cooldown to wait for. */
    readonly restart?: boolean;
    /** Whether it was itself started in place of a cancelled one: it is not cancelled for another again. */
    readonly restarted?: boolean;
    /** Whether it judges the kept challenger again, in place of training one. */
    readonly reevaluates?: boolean;
    /** Its gates cannot say, and it waits for a person: until when (ISO 8601, UTC), and what one has answered. */
    readonly asks?: { readonly until: string; readonly answer?: InconclusiveAnswer };
    /** The runs that died before it, whose jobs it sees end first. */
    readonly after?: readonly string[];
    /** It is no run: two people have broken the glass, and a challenger is on its way. */
    readonly breaksGlass?: boolean;
  } | null;
  readonly pending: Pending | null;
  /** Runs that died, the latest last, whose jobs nobody has seen end: the next run sees to that, or the watchdog. */
  readonly dead?: readonly string[];
  /** The last run that ended: the cooldown counts from it. */
  readonly lastRun: {
    readonly runId: string;
    readonly outcome: RunOutcome;
    readonly endedAt: string;
    readonly restart?: boolean;
  } | null;
  /** The released version. */
  readonly champion: ModelVersion | null;
  /** When it was released (ISO 8601, UTC). */
  readonly championSince?: string;
  /** Signals answered, the latest last. */
  readonly answered: readonly RememberedSignal[];
  /** When the latest runs started (ISO 8601, UTC), the latest last. */
  readonly starts?: readonly string[];
  /** Runs in a row that released nothing. */
  readonly unsuccessful?: number;
  /** What a person asked for and what is held back: each waits by itself. */
  readonly waiting?: readonly string[];
  /** Manual requests that wait as one: the first of them waits by itself, the others have joined it. */
  readonly requested?: readonly string[];
  readonly fates?: readonly PendingDecision[];
  /** By cause, the latest windows, the latest last. */
  readonly watched?: { readonly [cause: string]: readonly WatchedWindow[] };
  /** When what absences are of was last observed (ISO 8601, UTC), by what it is (shared/config/came-keys.ts). */
  readonly came?: { readonly [key: string]: string };
  /** By cause, how often it was tested and how often that raised an alarm, of rules with a confidence. */
  readonly alarms?: { readonly [cause: string]: AlarmSeries };
  /** Data that has come since the last run started; `uncounted` files have no known number of rows. */
  readonly newData?: {
    readonly rows: number;
    readonly bytes: number;
    readonly files: number;
    readonly uncounted: number;
  };
  /** Rows by when their files were observed (ISO 8601, UTC), the latest last: what `rowsAfterChange` counts. */
  readonly arrivals?: readonly { readonly at: string; readonly rows: number }[];
  readonly spent?: readonly Spent[];
  /** A challenger that the next signal of automation has judged again. */
  readonly kept?: KeptChallenger;
  /** What operators have said instead of the model file. */
  readonly mode?: Word & { readonly mode: Mode };
  readonly frozen?: readonly (Word & { readonly until: string | null })[];
  /** The first of the two people it takes to break the glass, and for which run. */
  readonly glass?: Word & { readonly runId: string };
}

export const newModelState: ModelState = {
  live: null,
  pending: null,
  lastRun: null,
  champion: null,
  answered: [],
};
