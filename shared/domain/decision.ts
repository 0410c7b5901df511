import type { Signal } from './signal.ts';

export const admissionOutcomes = ['admitted', 'coalesced', 'deferred', 'rejected'] as const;
export type AdmissionOutcome = (typeof admissionOutcomes)[number];

/** Why a signal was answered as it was. Closed; docs/admission.md lists each. */
export const reasonCodes = [
  'idle', // nothing held the signal back: admitted
  'hold-over', // it had waited and what held it is over: admitted
  'approved', // mode suggest, and a person said yes: admitted
  'run-live', // a run is under way: joined it, waits for its end, or rejected, as the policy says
  'wait-pending', // joined a signal that already waits
  'restart', // the run under way is cancelled for it: waits for its end
  'not-persistent', // too few of the last windows were bad: rejected
  'composite-unmet', // too few of the rules that ask together are bad: rejected
  'absent', // something has not come for too long, and the model file has it tell and not ask: rejected
  'inconclusive', // the value may be beyond its threshold by chance, or it cannot be said: rejected
  'quiet', // waits until no further signal has come for the quiet period
  'cooldown', // waits until the cooldown ends
  'freeze', // a freeze is in force: waits for its end, or rejected
  'rate', // the most runs of the window have started: waits until one leaves it
  'budget', // the budget of the window does not hold another run: waits until it does
  'data-counted', // data counts, but the model file does not have it ask for a run: rejected
  'too-little-data', // less new data than the model file asks for: waits for more, or rejected
  'fleet', // all places of the fleet are taken, or its budget is: waits for its turn
  'stopped', // the kill switch of the fleet is thrown, or was when it came: rejected
  'suggested', // mode suggest: waits for a person's word
  'suggestion-expired', // mode suggest, and nobody answered in time: rejected
  'recovered', // what it was about has become good again: rejected
  'withdrawn', // a person withdrew it: rejected
  'breaker', // too many runs in a row released nothing: rejected
  'observed', // mode observe: it would have been admitted; rejected
  'off', // mode off: rejected
  'queue-full', // too many versions registered by hand wait already: rejected
  'internal-error', // admission itself failed: tried again for a day, then rejected
  'own-registration', // the version was registered by one of our own runs: rejected
  'version-missing', // the version is not in the registry any more: rejected
  'drift-unconfirmed', // the workspace does not know of the breach that the event told: rejected
  'data-refused', // the uploaded file does not meet the model file's expectations: rejected
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
  /** The waiting signal it joined, whose answer says what became of both; only when coalesced. */
  readonly joinedSignalId?: string;
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
