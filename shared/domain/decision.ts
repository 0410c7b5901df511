import type { Signal } from './signal.ts';

export const admissionOutcomes = ['admitted', 'coalesced', 'deferred', 'rejected'] as const;
export type AdmissionOutcome = (typeof admissionOutcomes)[number];

/** Why a signal was answered as it was. Closed; docs/admission.md lists each. */
export const reasonCodes = [
  'idle', // nothing held the signal back: admitted
  'hold-over', // it had waited for a cooldown, a freeze or the rate: admitted
  'run-live', // joined the run under way, or (a version registered by hand) waits for its end
  'wait-pending', // joined a signal that already waits
  'cooldown', // waits until the cooldown ends
  'freeze', // a freeze is in force: waits for its end, or rejected
  'rate', // the most runs of the window have started: waits until one leaves it
  'breaker', // too many runs in a row released nothing: rejected
  'observed', // mode observe: it would have been admitted; rejected
  'off', // mode off: rejected
  'own-registration', // the version was registered by one of our own runs: rejected
  'version-missing', // the version is not in the registry any more: rejected
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** The answer to one signal, as the policy gave it. */
export interface Admission {
  readonly outcome: AdmissionOutcome;
  readonly reason: ReasonCode;
  /** The reason with its numbers, for a person. */
  readonly sentence: string;
  /** What would have changed the answer, for a person; empty for an admission. */
  readonly changedBy: string;
  /** The run the signal started or joined. */
  readonly runId: string | null;
  /** When a deferred signal is offered again (ISO 8601, UTC). */
  readonly offerAgainAt: string | null;
  /** Every signal the run answers, the first one first; only when admitted. */
  readonly signals: readonly string[];
  /** A run found dead on the way, whose place this signal takes. */
  readonly freedRunId: string | null;
}

/** One row of the ledger: a signal and its final answer. */
export interface Decision extends Admission {
  readonly signal: Signal;
  /** When the signal was first offered (ISO 8601, UTC). */
  readonly offeredAt: string;
  /** When the final answer was given (ISO 8601, UTC). */
  readonly decidedAt: string;
  /** Hash of the model file that was in force. */
  readonly configHash: string;
}
