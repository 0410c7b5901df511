import type { ApprovalAsked, ReleaseRow } from '../../domain/release-state.ts';
import { approversAt, deadlineOf, escalatesAt, knownNames } from './approval.ts';
import { bindingOf, subjectOf } from './binding.ts';
import { givenTo } from './changes.ts';
import { describeProbation } from './probation.ts';
import { deploymentOf } from './splits.ts';
import { stageOf } from './stages.ts';
import type { Release, TargetState } from './state.ts';
import { statusOf, statusOfEnd } from './version-status.ts';

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
    const probation = describeProbation(held);
    return {
      ...{ releaseId, runId, model, endpoint: target.endpoint, state, since, startedAt, sentence },
      stage: stage?.stage ?? null,
      step: stage?.kind === 'canary' ? (stage.steps[held.step] ?? null) : null,
      isChampion: held.isChampion,
      asks: asks?.why ?? null,
      lastLook,
      approvals,
      given: givenTo(held),
      digest,
      binding: bindingOf(held),
      approval: describeAsked(held, now),
      ...(held.package !== undefined && { package: held.package }),
      ...(held.outside && { pipeline: held.outside.run?.url ?? null }),
      ...(held.deployment !== deploymentOf(model.version) && { deployment: held.deployment }),
      ...(held.drill ? { isDrill: true as const } : { status: statusOf(held) }),
      ...(probation && { probation }),
      writtenAt: now,
      endedAt: null,
    };
  }
  const over = ended.findLast((each) => each.releaseId === releaseId);
  if (!over) return null;
  const { model, state, sentence, startedAt, endedAt, runId, endpoint, digest, provenBy } = over;
  return {
    ...{ releaseId, runId, model, endpoint, state, since: endedAt, startedAt, sentence },
    ...{ stage: null, step: null, isChampion: state === 'settled', asks: null, lastLook: null },
    ...{ approvals: [], digest, binding: null, approval: null },
    ...{ writtenAt: now, endedAt },
    ...(over.isDrill ? { isDrill: true as const } : { status: statusOfEnd[state] }),
    ...(provenBy && { provenBy }),
  };
}

/** Null where no approval is asked: the stage is another, or the release goes back. */
function describeAsked(release: Release, now: string): ApprovalAsked | null {
  const stage = stageOf(release);
  if (stage?.kind !== 'approval' || release.back) return null;
  return {
    need: stage.need,
    by: approversAt(release, stage, now),
    barred: stage.notRequester ? release.requestedBy : [],
    names: knownNames(release),
    until: deadlineOf(release, stage),
    end: stage.end ?? 'reject',
    escalatesAt: escalatesAt(release, stage),
    subject: subjectOf(release),
  };
}
