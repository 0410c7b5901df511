/**
 * The model entity: one per model, serial by construction. It keeps the state and applies the policy; the policy
 * itself is shared/admission.
 *
 * Invariant: an operation never throws. A thrown Error would reach its caller as "[object Object]".
 */
import type { Offer } from '../shared/admission/decide-admission.ts';
import type { Settlement } from '../shared/admission/settle-run.ts';
import type { Admission } from '../shared/domain/decision.ts';
import type { ModelVersion } from '../shared/domain/run.ts';

export const modelEntity = 'model';

/** What the entity can be asked, with what it answers. */
export interface ModelOperations {
  offer: { input: Offer; output: OfferAnswer | EntityRefusal };
  settle: { input: Settlement; output: { wasLive: boolean; signals: readonly string[] } | EntityRefusal };
}

export interface OfferAnswer {
  readonly admission: Admission;
  readonly repeated: boolean;
  readonly champion: ModelVersion | null;
}

export interface EntityRefusal {
  readonly refused: string;
}
