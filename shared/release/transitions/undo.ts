/**
 * What stages have started is started again, with the version that a release goes back to, and what they have told is taken
 * back. Pure.
 *
 * Owns: which stages, in which order, and that none holds the release for ever. Does not own: what is started once on the way
 * forward, and how it is ended (outside.ts).
 *
 * Invariant: everybody is served by the old version before anything is started again or taken back; what does not end well is named when
 * the release is over, and holds nothing up beyond its `within`.
 */
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { NotifyStage, StageConfig } from '../../config/stage-schema.ts';
import type { PipelineSeen } from '../../domain/pipeline.ts';
import { later, msOf, withRelease } from './changes.ts';
import type { NextAnswer } from './deeds.ts';
import { actOn, describeEnd, describePipeline, nextLookOf } from './outside.ts';
import type { Outside, Release, TargetState, Undoing } from './state.ts';

/** A channel that is away is told no later. */
const toldWithin = 'P1D';

const fresh: Undoing = { through: [], outside: null, left: [] };

/** What is to be done next; null: nothing is left. */
export function undoNext(state: TargetState, release: Release, now: string): NextAnswer | null {
  const undoing = release.undoing ?? fresh;
  const stage = undoing.outside?.stage ?? findNext(release, undoing);
  if (!stage) return null;
  if (stage.kind !== 'pipeline') return withdraw(state, release, stage, now);
  const { outside } = undoing;
  if (outside === null) {
    const begun = begin(release, stage, now);
    const sentence = `Goes back: ${describePipeline(stage, null)} runs again with version ${begun.order.model.version}.`;
    const next = { ...release, sentence, undoing: { ...undoing, outside: begun } };
    return { state: withRelease(state, next), action: actOn('start-pipeline', begun) };
  }
  const until = later(outside.order.askedAt, msOf(stage.within));
  if (now >= until) {
    const left = `${describePipeline(stage, outside.run)} runs again, and has not ended within ${stage.within}`;
    return { state: withRelease(state, leave(release, undoing, left)), action: { do: 'wait', until: now } };
  }
  if (outside.run === null) return { state, action: actOn('start-pipeline', outside) };
  const lookAt = nextLookOf(release, outside);
  if (now >= lookAt) return { state, action: actOn('watch-pipeline', outside) };
  return { state, action: { do: 'wait', until: lookAt < until ? lookAt : until } };
}

/** The latest stage that was begun, is to be undone, and is not through. */
function findNext(
  { stages, stage: at, outside, back }: Release,
  { through }: Undoing,
): PipelineStage | NotifyStage | undefined {
  const isDue = (stage: StageConfig, index: number): stage is PipelineStage | NotifyStage => {
    if (through.includes(stage.stage) || !('undo' in stage)) return false;
    const wasBegun = index < at || (index === at && Boolean(outside));
    if (stage.kind === 'pipeline') return stage.undo === 'run-again' && wasBegun && Boolean(back?.to);
    // One that may just have been told is taken back, too: whoever has heard of nothing has nothing to take back.
    return stage.undo === 'withdraw' && index <= at;
  };
  return stages.filter(isDue).at(-1);
}

/** The version is not to be used any more: whoever was told of it is told that. */
function withdraw(state: TargetState, release: Release, stage: NotifyStage, now: string): NextAnswer {
  const { to, word } = release.back!;
  const undoing = release.undoing ?? fresh;
  const since = undoing.since ?? now;
  if (now >= later(since, msOf(toldWithin)))
    return {
      state: takeWithdrawn(state, release, `it could not be reached for ${toldWithin}`),
      action: { do: 'wait', until: now },
    };
  const sentence = `Goes back: tells ${stage.stage} that version ${release.model.version} is withdrawn.`;
  const withdrawn = { serves: to?.model ?? null, because: `${word.by}: ${word.reason}` };
  const telling = { ...release, sentence, undoing: { ...undoing, since } };
  return { state: withRelease(state, telling), action: { do: 'notify', stage, withdrawn } };
}

/** The channel was told, or, with `why`, will not be. */
export function takeWithdrawn(state: TargetState, release: Release, why: string | null): TargetState {
  const { since: _, ...undoing } = release.undoing ?? fresh;
  const stage = findNext(release, undoing);
  if (!stage || stage.kind === 'pipeline') return state;
  const unsaid = `Stage ${stage.stage} was not told that the version is withdrawn: ${why}`;
  const left = why === null ? undoing.left : [...undoing.left, unsaid];
  const through = [...undoing.through, stage.stage];
  return withRelease(state, { ...release, undoing: { ...undoing, through, left } });
}

function begin({ runId, model, back }: Release, stage: PipelineStage, now: string): Outside {
  const { model: to, digest } = back!.to!;
  const order = {
    // No name of a stage has an underscore.
    ...{ key: `${runId}-${stage.stage}_back`, stage: stage.stage, model: to, digest },
    ...{ previousVersion: model.version, askedAt: now },
  };
  return { ...{ stage, order, run: null, lookedAt: null }, cancelledAt: null, hasEnded: false, left: null };
}

/** Through with the stage that runs again; `left` is what is to be said of it. */
function leave(release: Release, undoing: Undoing, left: string | null): Release {
  const through = [...undoing.through, undoing.outside!.stage.stage];
  const said = left === null ? undoing.left : [...undoing.left, left];
  return { ...release, undoing: { through, outside: null, left: said } };
}

/** What was seen of what runs again; null: it was of something else. */
export function takeUndone(
  state: TargetState,
  release: Release,
  { key, seen }: { readonly key: string; readonly seen: PipelineSeen },
  now: string,
): TargetState | null {
  const { undoing } = release;
  const outside = undoing?.outside;
  if (!undoing || outside?.order.key !== key) return null;
  const known = { ...outside, run: seen.run ?? outside.run, lookedAt: now };
  if (seen.state === 'running')
    return withRelease(state, { ...release, undoing: { ...undoing, outside: known } });
  const bad = `${describePipeline(outside.stage, known.run)} runs again, and ${describeEnd(seen)}`;
  return withRelease(state, leave(release, undoing, seen.state === 'succeeded' ? null : bad));
}

/** It was refused for good; null: that was something else. */
export function takeUndoRefusal(state: TargetState, release: Release, why: string): TargetState | null {
  const { undoing } = release;
  if (!undoing?.outside) return null;
  const { stage, run } = undoing.outside;
  const how = run ? 'runs again, and could not be looked at' : 'could not be run again';
  return withRelease(state, leave(release, undoing, `${describePipeline(stage, run)} ${how}: ${why}`));
}
