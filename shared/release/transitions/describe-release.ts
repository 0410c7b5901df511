import type { ReleaseRow } from '../../domain/release-state.ts';
import { bindingOf } from './binding.ts';
import { stageOf } from './stages.ts';
import type { TargetState } from './state.ts';

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
      isChampion: held.isChampion,
      asks: asks?.why ?? null,
      lastLook,
      approvals,
      digest,
      binding: bindingOf(held),
      writtenAt: now,
      endedAt: null,
    };
  }
  const over = ended.findLast((each) => each.releaseId === releaseId);
  if (!over) return null;
  const { model, state, sentence, startedAt, endedAt, runId, endpoint, digest } = over;
  return {
    ...{ releaseId, runId, model, endpoint, state, since: endedAt, startedAt, sentence },
    ...{
      stage: null,
      step: null,
      isChampion: state === 'settled',
      asks: null,
      lastLook: null,
      approvals: [],
      digest,
      binding: null,
    },
    ...{ writtenAt: now, endedAt },
  };
}
