/**
 * What a release makes of what it is told: what became of its actions, and what was seen of the target. Pure.
 *
 * Owns: what is believed, and which evidence moves a release. Does not own: what it does next (next-step.ts), what
 * people order (operate-release.ts).
 */
import { counted } from '../../domain/plural.ts';
import type { LookResult, Observed } from '../../domain/release-state.ts';
import type { Word } from '../../domain/word.ts';
import { advance, enter, iso, later, msOf, turnBack, withRelease } from './changes.ts';
import { describeSplit, isSame, splitOf } from './splits.ts';
import { isJudged, stageOf } from './stages.ts';
import type { Release, ReleaseEvent, TargetState } from './state.ts';

/** By whom a release goes back where no person has said so. */
const ratchet = 'Ratchet';
const shortestPauseMs = 10_000;
/** After a rollback's step was refused. */
const stuckPauseMs = 600_000;

export function takeEvent(
  state: TargetState,
  { releaseId, now, ...event }: { readonly releaseId: string; readonly now: string } & ReleaseEvent,
): TargetState {
  const { release } = state;
  // A release that does not hold the target has nothing to tell.
  if (release?.releaseId !== releaseId) return state;
  if (release.back && release.actsBack === false && event.event !== 'observed')
    return takeBelated(state, release, event);
  switch (event.event) {
    case 'observed':
      return takeObserved(state, seenBy(release, event.observed), { ...event.observed, at: now });
    case 'deployed':
      return takeDeployed(state, release, event, now);
    case 'answered':
      return takeAnswered(state, release, event, now);
    case 'shifted':
      return { ...state, isStale: true };
    case 'looked':
      return takeLook(state, release, event.look, now);
    case 'notified':
      return release.back ? state : withRelease(state, advance(release, now));
    case 'crowned':
      return withRelease(state, { ...release, isChampion: !release.back });
    case 'retired':
      return { ...state, isStale: true };
    case 'refused':
      return takeRefusal(state, release, event, now);
  }
}

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

const word = (reason: string, at: string): Word => ({ by: ratchet, reason, at });

/** Requests that somebody else gave it are requests that it had: they are taken away as those are. */
function seenBy(release: Release, { traffic, mirror }: Observed): Release {
  const share = (traffic[release.deployment] ?? 0) + (mirror[release.deployment] ?? 0);
  return share > 0 ? { ...release, hadTraffic: true } : release;
}

function takeObserved(state: TargetState, release: Release, observed: Observed): TargetState {
  const seen = splitOf(observed);
  // What is being changed is to be looked at again.
  const looked: TargetState = { ...state, release, observed, isStale: observed.isUpdating };
  const pausedUntil = observed.isUpdating ? later(observed.at, shortestPauseMs) : release.pausedUntil;
  const paused = withRelease(looked, { ...release, pausedUntil });
  if (observed.isUpdating) return paused;
  if (state.desired === null) return adopt(looked, release, observed);
  if (state.changingTo !== null) {
    if (!observed.doubt && isSame(seen, state.changingTo))
      return {
        ...looked,
        desired: state.changingTo,
        changingTo: null,
        release: arrive(release, observed.at),
      };
    // A change that has not arrived yet, or was lost, is asked for again; a way back goes on whatever is seen.
    const hasNotArrived = observed.doubt || isSame(seen, state.changingTo) || isSame(seen, state.desired);
    if (hasNotArrived || release.back) return pauseRelease(looked, release, shortestPauseMs);
  }
  if (release.back) return looked;
  const foreign = findForeignChange(looked, release, observed);
  if (foreign === null) return withRelease(looked, cleared(release, observed.at));
  return withRelease(looked, askPerson(release, 'drifted', foreign, observed.at));
}

/** What the target serves when the first release comes is what it is to serve, and what rollbacks go to. */
function adopt(state: TargetState, release: Release, observed: Observed): TargetState {
  const desired = splitOf(observed);
  const [only, ...others] = Object.keys(desired.traffic);
  const deployed = observed.deployments.find(({ deployment }) => deployment === only);
  if (others.length > 0) {
    const split = `The endpoint serves ${describeSplit(desired)}: give one of them every request first.`;
    return withRelease(state, askPerson(release, 'drifted', split, observed.at));
  }
  const isOurs = deployed?.model?.name === release.model.name && only !== release.deployment;
  if (!isOurs || only === undefined || state.settled.length > 0)
    return withRelease({ ...state, desired }, cleared(release, observed.at));
  const { version } = deployed!.model!;
  const known = release.previous?.version === version ? release.previous : null;
  const model = known ?? { name: release.model.name, version, modelUri: '' };
  const adopted = { model, deployment: only, digest: null, releaseId: null, at: observed.at };
  return withRelease({ ...state, desired, settled: [adopted] }, cleared(release, observed.at));
}

/** What a step asks of the target is there: the step counts from now on. */
function arrive(release: Release, now: string): Release {
  if (release.back) return release;
  return { ...release, stepSince: release.stepSince ?? now, pausedUntil: null };
}

/** Somebody has put right what somebody had changed. */
function cleared(release: Release, now: string): Release {
  if (release.asks?.why !== 'drifted') return release;
  return { ...enter(release, 'deploying', now, 'The target is again what it was to be.'), asks: null };
}

function findForeignChange({ desired }: TargetState, release: Release, observed: Observed): string | null {
  const seen = splitOf(observed);
  if (desired && !isSame(seen, desired))
    return `The endpoint was changed by somebody else: it is to serve ${describeSplit(desired)}, and serves ${describeSplit(seen)}.`;
  if (!release.isReady) return null;
  const deployed = observed.deployments.find(({ deployment }) => deployment === release.deployment);
  if (!deployed) return `Deployment ${release.deployment} is gone: somebody else has deleted it.`;
  const { model } = deployed;
  if (model?.version === release.model.version && model.name === release.model.name) return null;
  const is = model ? `${model.name}:${model.version}` : 'no version of a model';
  return `Deployment ${release.deployment} was changed by somebody else: it serves ${is}, not ${release.model.name}:${release.model.version}.`;
}

function askPerson(
  release: Release,
  why: NonNullable<Release['asks']>['why'],
  sentence: string,
  now: string,
): Release {
  if (release.asks?.why === why) return { ...release, asks: { ...release.asks, sentence }, sentence };
  return { ...enter(release, 'asking', now, sentence), asks: { why, sentence, since: now } };
}

function takeDeployed(
  state: TargetState,
  release: Release,
  { state: how, digest, why }: Extract<ReleaseEvent, { event: 'deployed' }>,
  now: string,
): TargetState {
  const stale = { ...state, isStale: true };
  if (release.back) {
    if (how === 'failed') return wayBackRefused(stale, release, why, now);
    return how === 'changing' ? pauseRelease(stale, release, shortestPauseMs, now) : stale;
  }
  if (release.digest !== null && digest !== null && digest !== release.digest) {
    const changed = `the files of version ${release.model.version} are not those that were deployed before: their digest is ${digest}, and was ${release.digest}`;
    return turnBack(stale, release, word(changed, now), 'failed');
  }
  const since = release.deployingSince ?? now;
  const known = { ...release, deployingSince: since, digest: release.digest ?? digest };
  if (how === 'failed') return turnBack(withRelease(stale, known), known, word(why, now), 'failed');
  if (how === 'ready') return withRelease(stale, { ...known, isReady: true, pausedUntil: null });
  const waitedMs = Date.parse(now) - Date.parse(since);
  const { readyWithin, lookEvery } = release.target;
  if (waitedMs >= msOf(readyWithin)) {
    const late = `deployment ${release.deployment} was not ready within ${readyWithin}${why && `: ${why}`}`;
    return turnBack(withRelease(stale, known), known, word(late, now), 'failed');
  }
  const pauseMs = Math.min(Math.max(waitedMs / 4, shortestPauseMs), msOf(lookEvery));
  return pauseRelease(stale, known, pauseMs, now);
}

function takeAnswered(
  state: TargetState,
  release: Release,
  { answered, why }: Extract<ReleaseEvent, { event: 'answered' }>,
  now: string,
): TargetState {
  if (release.back) {
    if (answered) return withRelease(state, { ...release, back: { ...release.back, answered } });
    const to = release.back.to?.deployment ?? 'nobody';
    const sentence = `The rollback is not done: ${to} does not answer as it must: ${why}`;
    return pauseRelease(
      withRelease(state, release),
      askPerson(release, 'stuck', sentence, now),
      stuckPauseMs,
      now,
    );
  }
  if (answered) return withRelease(state, { ...release, hasAnswered: true });
  return turnBack(state, release, word(why, now), release.hadTraffic ? 'rolled-back' : 'failed');
}

function takeLook(state: TargetState, release: Release, look: LookResult, now: string): TargetState {
  if (release.back) return state;
  const seen: Release = { ...release, lastLook: { ...look, at: now }, looks: release.looks + 1 };
  if (look.verdict === 'failed')
    return turnBack(withRelease(state, seen), seen, word(look.sentence, now), 'rolled-back');
  const stage = stageOf(release);
  // Elsewhere checks are only watched: nothing moves forward by them.
  if (!isJudged(stage) || release.stepSince === null) return withRelease(state, seen);
  const overMs = Date.parse(release.stepSince) + msOf(stage.for);
  if (Date.parse(now) < overMs) return withRelease(state, seen);
  const counted: Release = { ...seen, decisiveLooks: release.decisiveLooks + 1 };
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
  const cannot = `the checks could not say after ${counted(release.decisiveLooks, 'look')}: ${sentence}`;
  if (end === 'ask') return withRelease(state, askPerson(release, 'inconclusive', cannot, now));
  return turnBack(withRelease(state, release), release, word(cannot, now), 'rolled-back');
}

function takeRefusal(
  state: TargetState,
  release: Release,
  { did, why }: Extract<ReleaseEvent, { event: 'refused' }>,
  now: string,
): TargetState {
  const stale = { ...state, isStale: true };
  // A deployment that cannot be deleted costs money, and does no harm.
  if (did === 'retire') return withRelease(stale, { ...release, leavesBehind: why });
  if (did === 'look') {
    const look = { at: now, verdict: 'inconclusive' as const, sentence: why, requests: 0 };
    return takeLook(state, release, look, now);
  }
  if (!release.back) {
    const end = release.hadTraffic ? 'rolled-back' : 'failed';
    const isChampion = release.isChampion || did === 'crown';
    return turnBack(stale, { ...release, isChampion }, word(why, now), end);
  }
  if (did === 'deploy') return wayBackRefused(stale, release, why, now);
  const sentence = `The rollback does not get through, and is tried again: ${why}`;
  return pauseRelease(stale, askPerson(release, 'stuck', sentence, now), stuckPauseMs, now);
}

/** The version a rollback was to go to is no such way: the one before it is. */
function wayBackRefused(state: TargetState, release: Release, why: string, now: string): TargetState {
  const { back } = release;
  const gone = back?.to?.deployment;
  const settled = state.settled.filter(({ deployment }) => deployment !== gone);
  const to = settled.findLast(({ deployment }) => deployment !== release.deployment) ?? null;
  const sentence = `Version ${back?.to?.model.version} cannot be gone back to: ${why}`;
  return withRelease(
    { ...state, settled },
    { ...enter(release, 'rolling-back', now, sentence), asks: null, back: { ...back!, to, answered: false } },
  );
}

function pauseRelease(
  state: TargetState,
  release: Release,
  pauseMs: number,
  now: string = state.observed?.at ?? release.since,
): TargetState {
  return withRelease(state, { ...release, pausedUntil: later(now, pauseMs) });
}
