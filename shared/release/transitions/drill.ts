/**
 * A drill of the way back: the version that a rollback would go to is deployed beside the one that serves, its files
 * compared, asked, and deleted again. It is given no request. Pure.
 *
 * Owns: which version is drilled, when a drill is due, and how one ends. Does not own: deploying and asking, which are those of
 * any release (step-forward.ts).
 *
 * Invariants
 * 1. A drill gives no version requests or copies, and takes none away.
 * 2. None begins while a release holds the target, and a release that comes meanwhile waits, or ends it, as the file says.
 * 3. It has passed once the version was seen to answer, its deployment is gone, and the target serves what it did before.
 */
import { beginRelease } from './begin-release.ts';
import { endRelease, isBarred, later, msOf, withRelease } from './changes.ts';
import type { NextAnswer } from './deeds.ts';
import { candidateOf, type RollBackOrder, type RolledBack } from './rollback-candidate.ts';
import { describeSplit, splitOf } from './splits.ts';
import type { Release, TargetState } from './state.ts';

export function drillRelease(state: TargetState, order: Omit<RollBackOrder, 'version'>): RolledBack {
  const { release, queue } = state;
  if (release?.drill && release.releaseId === order.releaseId)
    return {
      state,
      done: true,
      sentence: `Drill ${release.releaseId} has begun before.`,
      wake: [],
      candidate: release,
    };
  const holder = release ?? queue[0];
  if (holder)
    return refuse(state, `Release ${holder.releaseId} is under way: ${holder.state}. Drill when it is over.`);
  const to = findDrilled(state);
  if (!to)
    return refuse(
      state,
      `There is no version of ${order.model} to go back to, beside the one that serves: nothing to drill.`,
    );
  const candidate = { ...candidateOf(order, to, null), drill: order.word };
  const { state: next, sentence, wake } = beginRelease(state, { candidate, now: order.word.at });
  const said = `The way back to version ${to.model.version} is drilled: ${sentence}`;
  return { state: next, done: true, sentence: said, wake, candidate };
}

/** The version that a rollback from the one that serves would go to. */
function findDrilled(state: TargetState) {
  return state.settled.slice(0, -1).findLast((each) => !isBarred(state, each));
}

const refuse = (state: TargetState, sentence: string): RolledBack => ({
  ...{ state, done: false, sentence, wake: [], candidate: null },
});

/** Whether a drill is to begin by itself. */
export function isDrillDue(state: TargetState | undefined, drillEvery: string, now: string): boolean {
  if (!state || state.release || state.queue.length > 0 || !findDrilled(state)) return false;
  const last = state.lastDrill?.at ?? state.settled.at(-1)!.at;
  return now >= later(last, msOf(drillEvery));
}

/** The version has answered: its deployment is deleted, and that it is gone is seen. */
export function endDrill(state: TargetState, release: Release, now: string): NextAnswer {
  const { deployment, leavesBehind, model, startedAt } = release;
  const isThere = state.observed!.deployments.some((each) => each.deployment === deployment);
  if (isThere && leavesBehind === null) {
    const passed = { ...release, isReady: false, hasPassedDrill: true as const };
    return { state: withRelease(state, passed), action: { do: 'retire', deployment } };
  }
  const left = leavesBehind === null ? 'was deleted again' : `is left: ${leavesBehind}`;
  const seconds = Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000);
  const sentence = `Version ${model.version} was deployed beside, has answered, and ${left}, within ${seconds} s; the endpoint serves ${describeSplit(splitOf(state.observed!))}, as before.`;
  return endRelease(state, release, now, 'drilled', sentence);
}
