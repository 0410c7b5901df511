import type { AdmissionOutcome, ReasonCode } from './decision.ts';
import type { ModelVersion, RunOutcome } from './run.ts';

/** What admission remembers of a signal it has answered: enough to know a redelivery, for longer than it can come. */
export interface AnsweredSignal {
  readonly id: string;
  readonly outcome: AdmissionOutcome;
  readonly reason: ReasonCode;
  readonly runId: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The state of one model's entity. Plain JSON, bounded. */
export interface ModelState {
  /** The run under way. */
  readonly live: {
    readonly runId: string;
    /** Every signal the run answers, the one that started it first. */
    readonly signals: readonly string[];
    readonly since: string;
    /** After this moment the run counts as dead. */
    readonly deadline: string;
  } | null;
  /** The signal that waits for the cooldown to end, and those that joined it. */
  readonly pending: { readonly signals: readonly string[]; readonly until: string } | null;
  /** The last run that ended: the cooldown counts from it. */
  readonly lastRun: {
    readonly runId: string;
    readonly outcome: RunOutcome | 'lost';
    readonly endedAt: string;
  } | null;
  /** The released version. */
  readonly champion: ModelVersion | null;
  /** When it was released (ISO 8601, UTC); absent in states of before it was kept. */
  readonly championSince?: string;
  /** Signals answered, the latest last. */
  readonly answered: readonly AnsweredSignal[];
  /** When the latest runs started (ISO 8601, UTC), the latest last; absent in states of before it was kept. */
  readonly starts?: readonly string[];
  /** Runs in a row that released nothing; absent in states of before it was kept. */
  readonly unsuccessful?: number;
}

export const newModelState: ModelState = {
  live: null,
  pending: null,
  lastRun: null,
  champion: null,
  answered: [],
};
