/**
 * What stages have started is started again, with the version that a release goes back to. Pure.
 *
 * Owns: which stages, in which order, and that none holds the release for ever. Does not own: what is started once on the way
 * forward, and how it is ended (outside.ts).
 *
 * Invariant: everybody is served by the old version before anything is started again; what does not end well is named when
 * the release is over, and holds nothing up beyond its `within`.
 */
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { PipelineSeen } from '../../domain/pipeline.ts';
import { later, msOf, withRelease } from './changes.ts';
import type { NextAnswer } from './deeds.ts';
import { actOn, describeEnd, describePipeline, nextLookOf } from './outside.ts';
import type { Outside, Release, TargetState, Undoing } from './state.ts';

const fresh: Undoing = { through: [], outside: null, left: [] };

/** What is to be done next; null: nothing is left. */
export function undoNext(state: TargetState, release: Release, now: string): NextAnswer | null {
  const undoing = release.undoing ?? fresh;
  const stage = undoing.outside?.stage ?? findNext(release, undoing);
  if (!stage || !release.back?.to) return null;
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
function findNext({ stages, stage: at, outside }: Release, { through }: Undoing): PipelineStage | undefined {
  const due = stages.flatMap((stage, index) => {
    const wasBegun = index < at || (index === at && Boolean(outside));
    const isDue = stage.kind === 'pipeline' && stage.undo === 'run-again' && wasBegun;
    return isDue && !through.includes(stage.stage) ? [stage] : [];
  });
  return due.at(-1);
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
