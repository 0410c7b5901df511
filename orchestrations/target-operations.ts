/** What a target's entity can be asked, with what it answers. An entity without a state answers IsNew. */

import type { EntityRefusal } from '../shared/admission/entities.ts';
import type { Embargo } from '../shared/domain/embargo.ts';
import type { AddressedNotice } from '../shared/domain/notice.ts';
import type { ReleaseAction as Order } from '../shared/domain/operation.ts';
import type { Drift, Observed, ReleaseRow } from '../shared/domain/release-state.ts';
import type { Word } from '../shared/domain/word.ts';
import type { Begun } from '../shared/release/transitions/begin-release.ts';
import type { NextQuestion, ReleaseAction, ReleaseEvent } from '../shared/release/transitions/deeds.ts';
import type { TargetHolder } from '../shared/release/transitions/describe-holder.ts';
import type { QuarantineOrder } from '../shared/release/transitions/embargo.ts';
import type { OperatedRelease } from '../shared/release/transitions/operate-release.ts';
import type { RollBackOrder, RolledBack } from '../shared/release/transitions/rollback-candidate.ts';
import type { Candidate, TargetState } from '../shared/release/transitions/state.ts';

export interface TargetOperations {
  /** Gives a target without a state one. */
  rebuild: { input: { readonly state: TargetState }; output: object | EntityRefusal };
  begin: {
    input: { readonly candidate: Candidate; readonly now: string };
    output: Omit<Begun, 'state'> | EntityRefusal;
  };
  next: {
    /** `noticed`: notices that need not be answered again; absent: none. */
    input: NextQuestion & { readonly noticed?: readonly string[] };
    output:
      | {
          readonly action: ReleaseAction;
          readonly row: ReleaseRow | null;
          /** What people are to be told of it; absent: nothing. */
          readonly notices?: readonly AddressedNotice[];
        }
      | EntityRefusal;
  };
  tell: {
    input: { readonly releaseId: string; readonly now: string } & ReleaseEvent;
    output: object | EntityRefusal;
  };
  /** Which release has the target, for whoever may want it next. */
  askHolder: { input: object; output: { readonly holder: TargetHolder | null } | EntityRefusal };
  rollBack: { input: RollBackOrder; output: Omit<RolledBack, 'state'> | EntityRefusal };
  drill: { input: Omit<RollBackOrder, 'version'>; output: Omit<RolledBack, 'state'> | EntityRefusal };
  quarantine: {
    input: QuarantineOrder;
    output: Omit<OperatedRelease, 'state'> | EntityRefusal;
  };
  /** Is told what it was seen to serve while no release held it. */
  look: {
    input: { readonly observed: Observed | null; readonly drift: Drift | null };
    output: object | EntityRefusal;
  };
  /** Is told which versions are under embargo beside those that are quarantined. */
  embargo: { input: { readonly embargoed: readonly Embargo[] }; output: object | EntityRefusal };
  operate: {
    input: { readonly order: Order; readonly word: Word };
    output: Omit<OperatedRelease, 'state'> | EntityRefusal;
  };
}
