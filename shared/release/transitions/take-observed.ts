/** What a release makes of what was seen of its target: what is believed to serve, and what somebody else has changed. Pure. */
import type { Observed, SettledVersion } from '../../domain/release-state.ts';
import {
  askPerson,
  enter,
  findWayBack,
  later,
  pauseRelease,
  shortestPauseMs,
  withRelease,
} from './changes.ts';
import { describeSplit, findStable, isSame, splitOf } from './splits.ts';
import type { Release, TargetState } from './state.ts';

/** Requests that somebody else gave it are requests that it had: they are taken away as those are. */
function seenBy(release: Release, { traffic, mirror }: Observed): Release {
  const share = (traffic[release.deployment] ?? 0) + (mirror[release.deployment] ?? 0);
  return share > 0 ? { ...release, hadTraffic: true } : release;
}

export function takeObserved(state: TargetState, before: Release, observed: Observed): TargetState {
  const release = seenBy(before, observed);
  const { drift: _, ...known } = state;
  const seen = splitOf(observed);
  // What is being changed is to be looked at again.
  const looked: TargetState = { ...known, release, observed, isStale: observed.isUpdating };
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
  if (release.resumedAt !== undefined) return adoptAgain(state, release, observed);
  const desired = splitOf(observed);
  const [only, ...others] = Object.keys(desired.traffic);
  if (others.length > 0) return askForOne(state, release, observed);
  const isOurs = only !== release.deployment && settledOf(release, only, observed);
  const settled = isOurs && state.settled.length === 0 ? [isOurs] : state.settled;
  return withRelease({ ...state, desired, settled }, cleared(release, observed.at));
}

/** The same where the release was under way when the target lost its state: its own share is no change of others. */
function adoptAgain(state: TargetState, release: Release, observed: Observed): TargetState {
  const desired = splitOf(observed);
  const stable = findStable(desired.traffic, release.deployment);
  const served = settledOf(release, stable ?? undefined, observed);
  const settled = served && state.settled.length === 0 ? [served] : state.settled;
  const before = stable === null ? release.before : { traffic: { [stable]: 100 }, mirror: {} };
  const known = { ...state, settled };
  const stepSince = release.stepSince && observed.at;
  const own = [release.deployment, ...settled.map(({ deployment }) => deployment)];
  const isOwn = Object.keys(desired.traffic).every((name) => own.includes(name));
  if (release.back) {
    const back = { ...release.back, to: findWayBack(known, release) };
    return withRelease({ ...known, desired }, { ...release, before, stepSince, back });
  }
  if (!isOwn) return askForOne(known, { ...release, before, stepSince }, observed);
  return withRelease({ ...known, desired }, cleared({ ...release, before, stepSince }, observed.at));
}

function askForOne(state: TargetState, release: Release, observed: Observed): TargetState {
  const split = `The endpoint serves ${describeSplit(splitOf(observed))}: give one of them every request first.`;
  return withRelease(state, askPerson(release, 'drifted', split, observed.at));
}

/** A deployment that serves a version of the same model; null: it does not. */
function settledOf(
  { model: { name }, previous }: Release,
  deployment: string | undefined,
  { deployments, at }: Observed,
): SettledVersion | null {
  const found = deployments.find((each) => each.deployment === deployment)?.model;
  if (deployment === undefined || found?.name !== name) return null;
  const { version } = found;
  const model = previous?.version === version ? previous : { name, version, modelUri: '' };
  return { model, deployment, digest: null, releaseId: null, at };
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
