/** What a target's entity can be asked, with what it answers. An entity without a state answers IsNew. */
import type { ReleaseAction as Order } from '../shared/domain/operation.ts';
import type { ApprovalAsked, ReleaseRow } from '../shared/domain/release-state.ts';
import type { Word } from '../shared/domain/word.ts';
import type { Begun } from '../shared/release/transitions/begin-release.ts';
import { bindingOf, subjectOf } from '../shared/release/transitions/binding.ts';
import { later, msOf } from '../shared/release/transitions/changes.ts';
import type { OperatedRelease } from '../shared/release/transitions/operate-release.ts';
import type { RollBackOrder, RolledBack } from '../shared/release/transitions/roll-back.ts';
import { stageOf } from '../shared/release/transitions/stages.ts';
import type {
  Candidate,
  NextQuestion,
  Release,
  ReleaseAction,
  ReleaseEvent,
  TargetState,
} from '../shared/release/transitions/state.ts';
import type { EntityRefusal } from './entities.ts';

export interface TargetOperations {
  /** Gives a target without a state one. */
  rebuild: { input: { readonly state: TargetState }; output: object | EntityRefusal };
  begin: {
    input: { readonly candidate: Candidate; readonly now: string };
    output: Omit<Begun, 'state'> | EntityRefusal;
  };
  next: {
    input: NextQuestion;
    output: { readonly action: ReleaseAction; readonly row: ReleaseRow | null } | EntityRefusal;
  };
  tell: {
    input: { readonly releaseId: string; readonly now: string } & ReleaseEvent;
    output: object | EntityRefusal;
  };
  rollBack: { input: RollBackOrder; output: Omit<RolledBack, 'state'> | EntityRefusal };
  operate: {
    input: { readonly order: Order; readonly word: Word };
    output: Omit<OperatedRelease, 'state'> | EntityRefusal;
  };
}

/** A release as the ledger has it; null: the target knows none of this id. */
export function describeRelease(
  { release, queue, ended }: TargetState,
  releaseId: string,
  now: string,
): ReleaseRow | null {
  const held = [release, ...queue].find((each) => each?.releaseId === releaseId);
  if (held) {
    const { runId, model, target, state, since, startedAt, sentence, asks, lastLook, approvals, digest } =
      held;
    const stage = stageOf(held);
    return {
      ...{ releaseId, runId, model, endpoint: target.endpoint, state, since, startedAt, sentence },
      stage: stage?.stage ?? null,
      step: stage?.kind === 'canary' ? (stage.steps[held.step] ?? null) : null,
      asks: asks?.why ?? null,
      lastLook,
      approvals,
      digest,
      binding: bindingOf(held),
      approval: describeAsked(held),
      writtenAt: now,
      endedAt: null,
    };
  }
  const over = ended.findLast((each) => each.releaseId === releaseId);
  if (!over) return null;
  const { model, state, sentence, startedAt, endedAt, runId, endpoint, digest } = over;
  return {
    ...{ releaseId, runId, model, endpoint, state, since: endedAt, startedAt, sentence },
    ...{ stage: null, step: null, asks: null, lastLook: null, approvals: [], digest },
    ...{ binding: null, approval: null },
    ...{ writtenAt: now, endedAt },
  };
}

/** Null where no approval is asked: the stage is another, or the release goes back. */
function describeAsked(release: Release): ApprovalAsked | null {
  const stage = stageOf(release);
  if (stage?.kind !== 'approval' || release.back) return null;
  return {
    need: stage.need,
    by: stage.by ?? null,
    barred: stage.notRequester ? release.requestedBy : [],
    until: later(release.stageSince, msOf(stage.within)),
    subject: subjectOf(release),
  };
}
