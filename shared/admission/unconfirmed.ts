/** The rejection of a signal where the world does not agree with it: it is not offered to its model. Pure. */
import type { Admission, ReasonCode } from '../domain/decision.ts';

export function unconfirmed(reason: ReasonCode, sentence: string, changedBy: string): Admission {
  return {
    outcome: 'rejected',
    reason,
    sentence,
    changedBy,
    runId: null,
    offerAgainAt: null,
    signals: [],
    freedRunId: null,
  };
}

/** Of an upload that is not as the model file expects it: `refused` says why. */
export function refusedUpload(path: string, refused: string): Admission {
  const changedBy =
    'Upload a corrected file; ratchet data check tells beforehand whether one meets the expectations.';
  return unconfirmed('data-refused', `File ${path} is refused: ${refused}`, changedBy);
}
