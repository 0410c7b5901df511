/**
 * What a release does next, from what is known of it and its target. Pure: the orchestration asks, acts, and tells.
 *
 * Owns: the order of a release's actions, and what each needs. Does not own: what becomes of their outcomes
 * (take-event.ts), what people order (operate-release.ts), acting.
 *
 * Invariants, each a property over interleavings in test/unit/release/invariants.test.ts
 * 1. An order to go back is taken in every state that is not final, and from then on the version's share never grows.
 * 2. A step forward needs that this step's evidence has passed, no freeze, the approvals a stage asks for, and that the
 *    target was seen to serve what the step before asked of it.
 * 3. Evidence that cannot say never moves forward.
 * 4. The target and the checks are watched while a release waits for people or for a freeze; a freeze stops no way back.
 * 5. A way back goes to the newest settled version that still is what was settled. Where there is none, the version gets
 *    no requests and a person is asked. It is done once the version it goes to was seen to answer.
 * 6. A version is called the champion once the target was seen to give it every request and it has answered. A change
 *    that no release made stops the release, and a person is asked.
 * 7. One release holds a target; others wait in the order they came.
 * 8. An action may be done twice: what is told twice changes nothing more.
 * 9. Looks at the checks of a step share its error, however many there are; so do the looks of a probation.
 * 10. A version on probation is settled by a look at enough labelled rows that has passed, or by a person where none could
 *    say in time; nothing that cannot say settles it or takes it back (probation.ts).
 * 11. A release that ends has seen the job of its latest look end, and goes back before it sees to that.
 * 12. What a stage starts outside is started once, and has ended, or is named, when the release is over (outside.ts, undo.ts).
 */
import { endRelease, enter, isBarred, later, msOf, withRelease } from './changes.ts';
import type { NextAnswer, NextQuestion } from './deeds.ts';
import { endOutside } from './outside.ts';
import { describeUnseen, endTrialFirst } from './probation.ts';
import { goBackOf, isSame, splitOf } from './splits.ts';
import type { Release, TargetState } from './state.ts';
import { stepForward } from './step-forward.ts';
import { undoNext } from './undo.ts';

/** A release that waits for its turn is woken; it looks by itself as well. */
const queueLookMs = 86_400_000;

export function nextStep(before: TargetState, question: NextQuestion): NextAnswer {
  const { state, action } = findNext(before, question);
  const { release } = state;
  if (release?.releaseId !== question.releaseId || idle.has(action.do)) return { state, action };
  return { state: withRelease(state, { ...release, actsBack: release.back !== null }), action };
}

/** In these nothing is done that could be told of. */
const idle: ReadonlySet<NextAnswer['action']['do']> = new Set(['wait', 'ask-hold', 'end']);

function findNext(state: TargetState, question: NextQuestion): NextAnswer {
  const { releaseId, now } = question;
  const { release } = state;
  if (release?.releaseId !== releaseId) return answerOther(state, releaseId, now);
  if (release.pausedUntil !== null && release.pausedUntil > now)
    return { state, action: { do: 'wait', until: release.pausedUntil } };
  const { observed, isStale } = state;
  if (isStale || !observed || now >= later(observed.at, msOf(release.target.lookEvery)))
    return { state, action: { do: 'observe' } };
  return release.back ? stepBack(state, release, now) : stepForward(state, release, question);
}

function answerOther(state: TargetState, releaseId: string, now: string): NextAnswer {
  if (state.queue.some((queued) => queued.releaseId === releaseId))
    return { state, action: { do: 'wait', until: later(now, queueLookMs) } };
  const ended = state.ended.findLast((each) => each.releaseId === releaseId);
  if (!ended) throw new Error(`the target knows no release ${releaseId}`);
  return { state, action: { do: 'end', ended, wake: [] } };
}

function stepBack(state: TargetState, release: Release, now: string): NextAnswer {
  const back = release.back!;
  const { to } = back;
  const observed = state.observed!;
  const share = (observed.traffic[release.deployment] ?? 0) + (observed.mirror[release.deployment] ?? 0);
  // What never had requests takes none away.
  if (!release.hadTraffic && share === 0) return clearAway(state, release, now);
  const goal = goBackOf(release);
  if (to) {
    const deployed = observed.deployments.find(({ deployment }) => deployment === to.deployment);
    if (deployed?.state !== 'ready' && (observed.traffic[to.deployment] ?? 0) === 0) {
      const { deployment, model, digest } = to;
      const isFirst = release.pausedUntil === null;
      return { state, action: { do: 'deploy', deployment, model, digest, isFirst } };
    }
  }
  // A change that has failed may not be what it says: it is asked for again.
  if (observed.doubt || !isSame(splitOf(observed), goal))
    return { state: { ...state, changingTo: goal }, action: { do: 'shift', to: goal } };
  const reached: TargetState = { ...state, desired: goal, changingTo: null };
  if (to && !back.answered)
    return { state: reached, action: { do: 'ask-version', deployment: to.deployment, model: to.model } };
  if (!to && !back.acknowledged)
    return endOutside(reached, release, now) ?? askForWayBack(reached, release, now);
  if (release.isChampion || release.mayBeChampion)
    return { state: reached, action: { do: 'crown', champion: to?.model ?? release.previous } };
  return clearAway(reached, release, now);
}

function askForWayBack(state: TargetState, release: Release, now: string): NextAnswer {
  const until = later(now, msOf(release.target.lookEvery));
  const barred = state.settled.filter(
    (version) => version.deployment !== release.deployment && isBarred(state, version),
  );
  const but = barred.map(({ model }) => model.version).join(', ');
  const sentence = `There is no settled version to go back to${but && `, but under embargo: ${but}`}. Version ${release.model.version} gets no requests; decide what is to serve endpoint ${release.target.endpoint}.`;
  const asks = release.asks ?? { why: 'no-way-back' as const, sentence, since: now };
  const asking = { ...enter(release, 'asking', now, sentence), asks };
  return { state: withRelease(state, asking), action: { do: 'wait', until } };
}

/** The deployment of a version that is not to serve is deleted: it costs money. */
function clearAway(state: TargetState, release: Release, now: string): NextAnswer {
  const ending =
    endOutside(state, release, now) ?? endTrialFirst(state, release, now) ?? undoNext(state, release, now);
  if (ending) return ending;
  const { deployment, leavesBehind } = release;
  const isThere = state.observed!.deployments.some((each) => each.deployment === deployment);
  const isNeeded = !release.drill && state.settled.some((each) => each.deployment === deployment);
  if (isThere && !isNeeded && leavesBehind === null) return { state, action: { do: 'retire', deployment } };
  const { word, end, to } = release.back!;
  const serves = to && release.hadTraffic ? ` Version ${to.model.version} answers again.` : '';
  const left = leavesBehind === null ? '' : ` Deployment ${deployment} is left: ${leavesBehind}.`;
  const runs = [release.outside?.left, ...(release.undoing?.left ?? [])]
    .map((each) => (each ? ` ${each}.` : ''))
    .join('');
  const by = `${word.by}: ${word.reason}`;
  return endRelease(
    state,
    release,
    now,
    end,
    `${by}${/[.!?]$/.test(by) ? '' : '.'}${serves}${left}${runs}${describeUnseen(release)}`,
  );
}
