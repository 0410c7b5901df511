/**
 * One check of a rule, whatever it found: a row of the ledger. An alert that never fired has many of these.
 *
 * Checks are samples: they are kept for a bounded time (`RATCHET_CHECKS_KEPT`) and are no part of the decision log.
 */

/** What a check found. Closed. */
export const checkVerdicts = [
  'fine', // within its threshold, and so was the check before
  'breached', // beyond its threshold: a signal was offered
  'inconclusive', // beyond its threshold, and its interval is not, or it has none: offered, and no breach
  'recovered', // within its threshold again: a recovery was offered
  'too-few', // over too small a sample to be judged
  'missing', // the report, the result or the run does not have the number
  'failed', // it could not be asked
] as const;
export type CheckVerdict = (typeof checkVerdicts)[number];

export interface CheckRow {
  /** Name of the rule, the absence or the schedule; `drift` and `champion-age` for those of the model file that have none. */
  readonly rule: string;
  readonly kind: 'metric' | 'query' | 'run' | 'schedule' | 'champion-age' | 'drift' | 'absence';
  readonly model: string;
  /** When it was observed, or where nobody says, checked (ISO 8601, UTC). */
  readonly at: string;
  /** Where the number comes from: `metrics-api`, `log-analytics`, `mlflow`, `schedule`. */
  readonly source: string;
  /** What was measured: the name of a metric or of a column; null for what measures nothing. */
  readonly metric: string | null;
  /** Null: there was none. */
  readonly value: number | null;
  /** The threshold, and on which side of it is a breach; null: the rule has none. */
  readonly limit: { readonly side: 'below' | 'above'; readonly value: number } | null;
  /** Rows it was computed over, and how many it takes; null: nothing says so. */
  readonly sample: number | null;
  readonly minimumSample: number | null;
  /** As it was reported; absent: it came without. */
  readonly standardError?: number;
  /** Names the stretch of time, the run or the tick that it is about; null: there is none. */
  readonly window: string | null;
  readonly verdict: CheckVerdict;
  /** What was found and why nothing came of it where nothing did, for a person. */
  readonly sentence: string;
  /** The signal that it became; null: none. */
  readonly signalId: string | null;
}
