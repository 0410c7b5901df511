/** What a release makes of what was seen of its target: what is believed to serve, and what somebody else has changed. Pure. */
import type { Observed } from '../../domain/release-state.ts';
import { askPerson, enter, later, pauseRelease, shortestPauseMs, withRelease } from './changes.ts';
import { describeSplit, isSame, splitOf } from './splits.ts';
import type { Release, TargetState } from './state.ts';

/** Requests that somebody else gave it are requests that it had: they are taken away as those are. */
function seenBy(release: Release, { traffic, mirror }: Observed): Release {
  const share = (traffic[release.deployment] ?? 0) + (mirror[release.deployment] ?? 0);
  return share > 0 ? { ...release, hadTraffic: true } : release;
}

export function takeObserved(state: TargetState, before: Release, observed: Observed): TargetState {
  const release = seenBy(before, observed);
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
