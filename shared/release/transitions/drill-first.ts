/**
 * A drill that a release must wait for, where the model file requires one. Pure.
 *
 * Owns: whether one is lacking, what is drilled, and that the drill has the target before the release. Does not own: the drill
 * itself (drill.ts), which is a release of its own.
 *
 * Invariants
 * 1. A release that requires a drill gives its version nothing, and does not even deploy it, before one has passed on the
 *    target: within `within`, where the file says so.
 * 2. What is drilled is what the release would go back to; where there is nothing yet, its own version: deployed, asked,
 *    and taken away again.
 * 3. A drill that has not passed is tried again on a person's word alone.
 */
import type { ReleaseConfig } from '../../config/release-schema.ts';
import { releaseIdOf } from '../../domain/durable-names.ts';
import type { Drilled, SettledVersion } from '../../domain/release-state.ts';
import { newRelease } from './begin-release.ts';
import { askPerson, findWayBack, later, msOf, ratchetSays, withRelease } from './changes.ts';
import type { NextAnswer } from './deeds.ts';
import { candidateOf } from './rollback-candidate.ts';
import { deploymentOf } from './splits.ts';
import type { Candidate, Release, TargetState } from './state.ts';

/** Null: it needs none, or none any more. */
export function drillFirst(state: TargetState, release: Release, now: string): NextAnswer | null {
  if (!lacksDrill(state.lastDrill, release, now)) return null;
  const { drills = 0, drillsAgain } = release;
  const last = state.lastDrill;
  if (drills > 0 && !drillsAgain && last?.releaseId === drillIdOf(release, drills) && !last.hasPassed) {
    const sentence = `A release of endpoint ${release.target.endpoint} needs a drill that has passed, and drill ${last.releaseId} has not: ${last.sentence}`;
    const asking = withRelease(state, askPerson(release, 'not-drilled', sentence, now));
    return { state: asking, action: { do: 'wait', until: later(now, msOf(release.target.lookEvery)) } };
  }
  return begin(state, { ...release, drills: drills + 1 }, now);
}

function lacksDrill(last: Drilled | undefined, release: Release, now: string): boolean {
  const { requiresDrill: required, isReady, deployingSince } = release;
  // It holds the target from here on: no other drill can fail before it gives its version requests.
  if (!required || isReady || deployingSince !== null) return false;
  if (!last?.hasPassed) return true;
  return required.within !== undefined && now >= later(last.at, msOf(required.within));
}

/** The drill has the target, and the release is the next in line. */
function begin(state: TargetState, { drillsAgain: _, ...release }: Release, now: string): NextAnswer {
  const candidate = drillOf(state, release, now);
  const { releaseId, model } = candidate;
  const sentence = `Waits for drill ${releaseId} of the way to version ${model.version} and back: the model file requires one that has passed.`;
  const waiting: Release = { ...release, state: 'queued', since: now, sentence };
  const drill: Release = { ...newRelease(candidate, now), state: 'deploying', sentence: 'Begins.' };
  const next = { ...state, release: drill, queue: [waiting, ...state.queue], isStale: true };
  return { state: next, action: { do: 'start-drill', candidate } };
}

function drillOf(state: TargetState, release: Release, now: string): Candidate {
  const { target, freezes, configHash, notices, model, digest } = release;
  const to: Pick<SettledVersion, 'model' | 'digest'> = findWayBack(state, release) ?? { model, digest };
  const order = {
    ...{ releaseId: drillIdOf(release, release.drills!), target, freezes, configHash },
    ...(notices && { notices }),
  };
  const isThere = state.observed!.deployments.some(
    ({ deployment }) => deployment === deploymentOf(to.model.version),
  );
  return {
    ...candidateOf(order, to, null),
    drill: ratchetSays(`release ${release.releaseId} requires a drill`, now),
    // Beside the one that serves: that one is not touched.
    ...(isThere && { deployment: deploymentOf(to.model.version, 'drill') }),
  };
}

const drillIdOf = ({ runId }: Release, number: number): string => releaseIdOf(`${runId}-drill${number}`);

/** What the release of a version takes along of the model file; nothing where that requires no drill. */
export function drillAskedBy({ rollback }: ReleaseConfig): Pick<Candidate, 'requiresDrill'> {
  if (rollback?.drill !== 'required') return {};
  const { drillEvery: within } = rollback;
  return { requiresDrill: { ...(within !== undefined && { within }) } };
}
