import { decideAdmission } from '../../../shared/admission/decide-admission.ts';
import type { AdmissionResult, Offer } from '../../../shared/admission/question.ts';
import type { ModelState } from '../../../shared/domain/model-state.ts';

/** Offers a signal, and grants the place where the fleet is asked for one. */
export function decide(state: ModelState, offer: Offer): AdmissionResult {
  const first = decideAdmission(state, offer);
  const decided =
    'needsGrant' in first ? decideAdmission(state, { ...offer, grant: { granted: true } }) : first;
  if ('needsGrant' in decided)
    throw new Error(`signal ${offer.signal.id}: a grant was given and asked for again`);
  return decided;
}
