/**
 * What a release makes of what it is told: what became of its actions, and what was seen of the target. Pure.
 *
 * Owns: which evidence moves a release. Does not own: what it does next (next-step.ts), what
 * people order (operate-release.ts), what is believed of the target (take-observed.ts).
 */

import type { LookResult } from '../../domain/look-result.ts';
import { counted } from '../../domain/plural.ts';
import {
  advance,
  askPerson,
  enter,
  findWayBack,
  iso,
  msOf,
  nextPauseMs,
  pauseRelease,
  ratchetSays,
  shortestPauseMs,
  stuckPauseMs,
  turnBack,
  withRelease,
} from './changes.ts';
import type { ReleaseEvent } from './deeds.ts';
import { isPipelineDeed, takePipeline, takePipelineRefusal } from './outside.ts';
import { takeTrial, takeTrialEnd, takeTrialRefusal } from './probation.ts';
import { isJudged, stageOf } from './stages.ts';
import type { Release, TargetState } from './state.ts';
import { takeAnswered } from './take-answered.ts';
import { takeObserved } from './take-observed.ts';
import { takeUndone, takeUndoRefusal, takeWithdrawn } from './undo.ts';

export function takeEvent(
  state: TargetState,
  { releaseId, now, ...event }: { readonly releaseId: string; readonly now: string } & ReleaseEvent,
): TargetState {
  const { release } = state;
  // A release that does not hold the target has nothing to tell.
  if (release?.releaseId !== releaseId) return state;
  if (release.back && release.actsBack === false && event.event !== 'observed' && !isOfPipeline(event))
    return takeBelated(state, release, event);
  switch (event.event) {
    case 'observed':
      return takeObserved(state, release, { ...event.observed, at: now });
    case 'deployed':
      return takeDeployed(state, release, event, now);
    case 'answered':
      return takeAnswered(state, release, event, now);
    case 'shifted':
      return { ...state, isStale: true };
    case 'unverified':
      return takeUnverified(state, release, event.why, now);
    case 'looked':
      return takeLook(state, release, event.look, now);
    case 'trial-seen':
    case 'trial-judged':
      return takeTrial(state, release, event, now);
    case 'trial-ended':
      return takeTrialEnd(state, release, event, now);
    case 'notified':
      return release.back ? takeWithdrawn(state, release, null) : withRelease(state, advance(release, now));
    case 'crowned':
      return withRelease(state, {
        ...release,
        isChampion: !release.back,
        ...(release.mayBeChampion && { mayBeChampion: false }),
        servesSince: release.servesSince ?? now,
      });
    case 'retired':
      return { ...state, isStale: true };
    // It waits for it, or the drill is over already: what is next says what it means.
    case 'drill-started':
      return state;
    case 'pipeline':
      return takeUndone(state, release, event, now) ?? takePipeline(state, release, event, now);
    case 'refused':
      return takeRefusal(state, release, event, now);
  }
}

/** It changes nothing of the target: what is known of it counts in either direction. */
const isOfPipeline = (event: ReleaseEvent): boolean =>
  event.event === 'pipeline' || (event.event === 'refused' && isPipelineDeed(event.did));

/**
 * What came of a step forward after the release was ordered back: no answer of the version it goes back to, and no refusal
 * of its way there. What the step may have changed is looked at again, and a crown taken back.
 */
function takeBelated(state: TargetState, release: Release, event: ReleaseEvent): TargetState {
  const isChampion = release.isChampion || mayHaveCrowned(event);
  return { ...withRelease(state, { ...release, isChampion }), isStale: true };
}

/** A crown that was refused may have been given before, by a try whose answer was lost: taking it back twice does no harm. */
const mayHaveCrowned = (event: ReleaseEvent): boolean =>
  event.event === 'crowned' || (event.event === 'refused' && event.did === 'crown');

/** Nothing was shifted; what an earlier try of the step may have done is looked at. */
function takeUnverified(state: TargetState, release: Release, why: string, now: string): TargetState {
  if (release.back) return state;
  const sentence = `What is released is not what was signed: ${why}`;
  const stale = { ...state, changingTo: null, isStale: true };
  return withRelease(stale, askPerson(release, 'unverified', sentence, now));
}

function takeDeployed(
  state: TargetState,
  release: Release,
  { state: how, digest, package: signed, why }: Extract<ReleaseEvent, { event: 'deployed' }>,
  now: string,
): TargetState {
  const stale = { ...state, isStale: true };
  if (release.back) {
    if (how === 'failed') return wayBackRefused(stale, release, why, now);
    return how !== 'ready' ? pauseRelease(stale, release, shortestPauseMs, now) : stale;
  }
  if (release.digest !== null && digest !== null && digest !== release.digest) {
    const changed = `the files of version ${release.model.version} are not those that were deployed before: their digest is ${digest}, and was ${release.digest}`;
    return turnBack(stale, release, ratchetSays(changed, now), 'failed');
  }
  const since = release.deployingSince ?? now;
  const named = release.package ?? signed;
  const { noRoom: _before, ...deploying } = release;
  const known = {
    ...deploying,
    ...describeRoom(release, how === 'no-room' ? why : null),
    deployingSince: since,
    digest: release.digest ?? digest,
    ...(named && { package: named }),
  };
  if (how === 'failed') return turnBack(withRelease(stale, known), known, ratchetSays(why, now), 'failed');
  if (how === 'ready') return withRelease(stale, { ...known, isReady: true, pausedUntil: null });
  const waitedMs = Date.parse(now) - Date.parse(since);
  const { readyWithin } = release.target;
  if (waitedMs >= msOf(readyWithin)) {
    const late = `deployment ${release.deployment} was not ready within ${readyWithin}${why && `: ${why}`}`;
    return turnBack(withRelease(stale, known), known, ratchetSays(late, now), 'failed');
  }
  return pauseRelease(stale, known, nextPauseMs(release, waitedMs), now);
}

/** `noRoom`: why there is none; null: there is. */
function describeRoom({ model, noRoom: before }: Release, noRoom: string | null) {
  if (noRoom === null) return before === undefined ? {} : { sentence: `Deploys version ${model.version}.` };
  const sentence = `Waits for room for version ${model.version}: ${noRoom}.`;
  return { noRoom: sentence, sentence };
}

function takeLook(state: TargetState, release: Release, look: LookResult, now: string): TargetState {
  if (release.back) return state;
  const seen: Release = { ...release, lastLook: { ...look, at: now }, looks: release.looks + 1 };
  if (look.verdict === 'failed')
    return turnBack(withRelease(state, seen), seen, ratchetSays(look.sentence, now), 'rolled-back');
  const stage = stageOf(release);
  // Elsewhere checks are only watched: nothing moves forward by them.
  if (!isJudged(stage) || release.stepSince === null) return withRelease(state, seen);
  const overMs = Date.parse(release.stepSince) + msOf(stage.for);
  if (Date.parse(now) < overMs) return withRelease(state, seen);
  // With fewer requests it could not have led forward, whatever they were: it takes nothing of the error.
  const couldPass = look.requests >= stage.minimumRequests;
  const counted: Release = couldPass ? { ...seen, decisiveLooks: release.decisiveLooks + 1 } : seen;
  if (look.verdict === 'passed' && release.asks === null) return withRelease(state, advance(counted, now));
  const heldUntil = release.holdsUntil ?? iso(overMs + msOf(stage.onInconclusive.hold));
  if (now < heldUntil || look.verdict === 'passed') return withRelease(state, counted);
  return takeInconclusive(state, counted, stage.onInconclusive.end, now);
}

function takeInconclusive(
  state: TargetState,
  release: Release,
  end: 'roll-back' | 'ask',
  now: string,
): TargetState {
  const { sentence = '' } = release.lastLook ?? {};
  const cannot = `the checks could not say after ${counted(release.looks, 'look')}: ${sentence}`;
  if (end === 'ask') return withRelease(state, askPerson(release, 'inconclusive', cannot, now));
  return turnBack(withRelease(state, release), release, ratchetSays(cannot, now), 'rolled-back');
}

function takeRefusal(
  state: TargetState,
  release: Release,
  { did, why }: Extract<ReleaseEvent, { event: 'refused' }>,
  now: string,
): TargetState {
  if (isPipelineDeed(did))
    return takeUndoRefusal(state, release, why) ?? takePipelineRefusal(state, release, { did, why }, now);
  const stale = { ...state, isStale: true };
  // A deployment that cannot be deleted costs money, and does no harm.
  if (did === 'retire') return withRelease(stale, { ...release, leavesBehind: why });
  if (did === 'look') {
    const look = { at: now, verdict: 'inconclusive' as const, sentence: why, requests: 0 };
    return takeLook(state, release, look, now);
  }
  if (did === 'begin-trial' || did === 'watch-trial' || did === 'judge-trial')
    return release.back ? state : takeTrialRefusal(state, release, did, why, now);
  if (!release.back) {
    const end = release.hadTraffic ? 'rolled-back' : 'failed';
    const isChampion = release.isChampion || did === 'crown';
    return turnBack(stale, { ...release, isChampion }, ratchetSays(why, now), end);
  }
  if (did === 'notify') return takeWithdrawn(state, release, why);
  if (did === 'deploy') return wayBackRefused(stale, release, why, now);
  const sentence = `The rollback does not get through, and is tried again: ${why}`;
  return pauseRelease(stale, askPerson(release, 'stuck', sentence, now), stuckPauseMs, now);
}

/** The version a rollback was to go to is no such way: the one before it is. */
function wayBackRefused(state: TargetState, release: Release, why: string, now: string): TargetState {
  const { back } = release;
  const gone = back?.to?.deployment;
  const settled = state.settled.filter(({ deployment }) => deployment !== gone);
  const to = findWayBack({ ...state, settled }, release);
  const sentence = `Version ${back?.to?.model.version} cannot be gone back to: ${why}`;
  return withRelease(
    { ...state, settled },
    { ...enter(release, 'rolling-back', now, sentence), asks: null, back: { ...back!, to, answered: false } },
  );
}
