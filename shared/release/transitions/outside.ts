/**
 * What a stage starts outside and waits for. Pure.
 *
 * Owns: when it is started, looked at and told to end, and what a release makes of how it stands.
 * Does not own: starting it (shared/release/channels), the rest of the way forward (step-forward.ts) and back (next-step.ts).
 *
 * Invariants
 * 1. From before it is first asked for the release knows by which key it is found: no lost answer makes it start two.
 * 2. The stage is left forwards only once what it started was seen to have ended well.
 * 3. A release that goes back has it end, after the people it serves have their version again; what does not end, or cannot
 *    be told to, is named when the release is over.
 */
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { OutsideRun, PipelineOrder, PipelineSeen } from '../../domain/pipeline.ts';
import { advance, iso, later, msOf, ratchetSays, shortestPauseMs, turnBack, withRelease } from './changes.ts';
import type { NextAnswer, NextQuestion, PipelineDeed, ReleaseAction, ReleaseEvent } from './deeds.ts';
import { forward, waitFor } from './moves.ts';
import type { Outside, Release, TargetState } from './state.ts';

/** How long what was told to end is waited for. */
const endsWithin = 'PT30M';

export function runPipeline(
  state: TargetState,
  release: Release,
  stage: PipelineStage,
  question: NextQuestion,
): NextAnswer {
  const { now } = question;
  const { outside } = release;
  if (!outside) {
    const begun: Outside = {
      ...{ stage, order: orderOf(release, stage, now), run: null },
      ...{ lookedAt: null, cancelledAt: null, hasEnded: false, left: null },
    };
    const sentence = `Starts ${describe(stage)}.`;
    const changes = { enters: 'in-pipeline', sentence, changes: { outside: begun } } as const;
    return forward(state, release, question, changes, actOn('start-pipeline', begun));
  }
  const until = later(outside.order.askedAt, msOf(stage.within));
  if (now >= until) {
    const missed = outside.run === null ? 'could not be started' : 'has not ended';
    const reason = `${describe(stage)} ${missed} within ${stage.within}${linkOf(outside)}`;
    const back = turnBack(state, release, ratchetSays(reason, now), endOf(release));
    return { state: back, action: { do: 'wait', until: now } };
  }
  if (outside.run === null) return { state, action: actOn('start-pipeline', outside) };
  const lookAt = nextLookOf(release, outside);
  if (now >= lookAt) return { state, action: actOn('watch-pipeline', outside) };
  const says = outside.says ? `: ${outside.says}` : '';
  const sentence = `Waits for ${describe(stage)}, until ${until} at the latest${linkOf(outside)}${says}.`;
  return waitFor(state, release, now, sentence, [lookAt, until]);
}

/** What is asked of the channel, from `now` on, when it is first asked. */
export function orderOf(
  { runId, model, previous, digest }: Release,
  { stage }: PipelineStage,
  now: string,
): PipelineOrder {
  const previousVersion = previous?.version ?? null;
  return { key: `${runId}-${stage}`, stage, model, previousVersion, digest, askedAt: now };
}

/** A quarter of the time that it has taken so far, as often as the target is looked at, at least. */
export function nextLookOf({ target }: Release, { order, lookedAt }: Outside): string {
  if (lookedAt === null) return order.askedAt;
  const tookMs = Date.parse(lookedAt) - Date.parse(order.askedAt);
  const pauseMs = Math.min(Math.max(tookMs / 4, shortestPauseMs), msOf(target.lookEvery));
  return later(lookedAt, pauseMs);
}

/** What is slow to end is asked the less often the longer it takes. */
function nextOf(cancelledAt: string, lookedAt: string): string {
  const tookMs = Date.parse(lookedAt) - Date.parse(cancelledAt);
  const untilMs = Date.parse(cancelledAt) + msOf(endsWithin);
  return iso(Math.min(Date.parse(lookedAt) + Math.max(tookMs / 4, shortestPauseMs), untilMs));
}

export function actOn(deed: PipelineDeed, { stage, order, run }: Outside): ReleaseAction {
  return { do: deed, stage, order, run };
}

/** What a release that goes back does about it; null: nothing is left to be done. */
export function endOutside(state: TargetState, release: Release, now: string): NextAnswer | null {
  const { outside } = release;
  if (!outside || outside.hasEnded || outside.left !== null) return null;
  const { cancelledAt, lookedAt, stage } = outside;
  if (cancelledAt !== null && now >= later(cancelledAt, msOf(endsWithin))) {
    const left = outside.run
      ? `${describe(stage)} was told to end and still runs${linkOf(outside)}`
      : describeLeft(outside, `no answer for ${endsWithin}`);
    const next = { ...release, outside: { ...outside, left } };
    return { state: withRelease(state, next), action: { do: 'wait', until: now } };
  }
  const again = cancelledAt === null || lookedAt === null ? now : nextOf(cancelledAt, lookedAt);
  if (now < again) return { state, action: { do: 'wait', until: again } };
  const cancelling = { ...outside, cancelledAt: cancelledAt ?? now };
  return {
    state: withRelease(state, { ...release, outside: cancelling }),
    action: actOn('cancel-pipeline', cancelling),
  };
}

/** What was seen of it, on the way forward or back, or after the release had turned. */
export function takePipeline(
  state: TargetState,
  release: Release,
  { did, key, seen }: Extract<ReleaseEvent, { event: 'pipeline' }>,
  now: string,
): TargetState {
  const { outside } = release;
  if (outside?.order.key !== key) return state;
  const known: Outside = {
    ...outside,
    run: seen.run ?? outside.run,
    lookedAt: now,
    hasEnded: hasEnded(did, seen),
    ...(seen.state === 'running' && { says: seen.why }),
  };
  const looked = { ...release, outside: known };
  if (release.back || seen.state === 'running') return withRelease(state, looked);
  if (seen.state === 'succeeded') return withRelease(state, advance(looked, now));
  const reason = `${describe(outside.stage)} ${describeEnd(seen)}${linkOf(known)}`;
  return turnBack(withRelease(state, looked), looked, ratchetSays(reason, now), endOf(release));
}

/** Nothing may be there only because it was not there yet: what was asked to be started is told to end first. */
const hasEnded = (did: PipelineDeed, { state }: PipelineSeen): boolean =>
  state !== 'running' && (state !== 'absent' || did === 'cancel-pipeline');

/** How it has ended, where that was not well. */
export function describeEnd({ state, why }: PipelineSeen): string {
  const said = why === '' ? '' : `: ${why}`;
  if (state === 'absent') return `is not there any more${said}`;
  return state === 'cancelled' ? `was cancelled by somebody else${said}` : `has failed${said}`;
}

export function isPipelineDeed(did: ReleaseAction['do']): did is PipelineDeed {
  return did === 'start-pipeline' || did === 'watch-pipeline' || did === 'cancel-pipeline';
}

/** It was refused for good. */
export function takePipelineRefusal(
  state: TargetState,
  release: Release,
  { did, why }: { readonly did: PipelineDeed; readonly why: string },
  now: string,
): TargetState {
  const { outside } = release;
  if (!outside) return state;
  const lost = { ...outside, lookedAt: now };
  if (release.back) {
    const left =
      did === 'cancel-pipeline' ? `${describe(outside.stage)} could not be told to end: ${why}` : null;
    return withRelease(state, { ...release, outside: { ...lost, left } });
  }
  const next = { ...release, outside: lost };
  return turnBack(withRelease(state, next), next, ratchetSays(why, now), endOf(release));
}

function describeLeft({ stage, run }: Outside, why: string): string {
  if (run) return `${describe(stage)} could not be told to end: ${why}`;
  return `whether ${describe(stage)} was started could not be found out: ${why}`;
}

const endOf = ({ hadTraffic }: Release): 'rolled-back' | 'failed' => (hadTraffic ? 'rolled-back' : 'failed');

function describe(stage: PipelineStage): string {
  switch (stage.channel) {
    case 'azure-pipelines':
      return `pipeline ${stage.pipeline} of ${stage.project}`;
    case 'azure-release':
      return `release pipeline ${stage.definition} of ${stage.project}`;
    case 'github':
      return `workflow ${stage.workflow} of ${stage.repository}`;
    case 'service-bus':
      return `what queue ${stage.queue} was asked for`;
    case 'webhook':
      return `what ${new URL(stage.url).host} was asked to do`;
  }
}

/** The same with the link to what was started. */
export function describePipeline(stage: PipelineStage, run: OutsideRun | null): string {
  return `${describe(stage)}${linkOf({ run })}`;
}

/** Where a person looks at it, after whatever is said of it. */
function linkOf({ run }: Pick<Outside, 'run'>): string {
  return run?.url ? ` (${run.url})` : '';
}
