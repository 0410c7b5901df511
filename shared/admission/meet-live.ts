/** What becomes of a signal that finds a run under way: `whileRunning` of the policy. Pure. */
import type { Mode, ModelState } from '../domain/model-state.ts';
import { isOfPerson } from '../domain/signal.ts';
import * as answer from './answers.ts';
import { findBlock } from './blocks.ts';
import { findLackOfData } from './news.ts';
import { union } from './pending.ts';
import type { NeedsGrant, PolicyAnswer, Question } from './question.ts';
import { addMs, durationMs, earlier } from './time.ts';
import { groupOf, reject, wait } from './wait.ts';

export function meetLive(state: ModelState, question: Question, mode: Mode): PolicyAnswer | NeedsGrant {
  const { signal, policy } = question;
  const live = state.live!;
  if (signal.kind === 'registry' || live.kind === 'promote') return waitForLive(state, question);
  switch (policy.whileRunning ?? 'join') {
    case 'reject':
      return reject(state, question, answer.besideLive(live));
    case 'queue':
      return waitForLive(state, question);
    case 'restart':
      return restart(state, question, mode);
    case 'join':
      return joinLive(state, question);
  }
}

/** The end of the run wakes it; it looks again by itself in case that is lost. */
function waitForLive(state: ModelState, question: Question): PolicyAnswer {
  const live = state.live!;
  const until = lookAgainAt(question, live.deadline);
  return wait(state, question, until, () => answer.afterLive(live, until));
}

/** A version registered by hand looks as often as jobs are polled; what automation asks for has time. */
function lookAgainAt({ signal, now, policy }: Question, deadline: string): string {
  const pollAt = addMs(now, Math.max(durationMs(policy.pollJobs), 1000));
  const afterDeadline = addMs(deadline, 1000);
  return isOfPerson(signal) ? pollAt : earlierAfter(now, afterDeadline, pollAt);
}

function earlierAfter(now: string, a: string, b: string): string {
  return a > now ? a : earlier(a, b) > now ? earlier(a, b) : b;
}

/** A waiting signal that finds a run under way (a person got in first) joins it with all that joined it. */
function joinLive(state: ModelState, question: Question): PolicyAnswer {
  const live = state.live!;
  // What is under way may have taken an earlier training.
  if (question.signal.fresh) return waitForLive(state, question);
  return {
    admission: answer.joinedLive(live),
    state: {
      ...state,
      pending: question.isLeader ? null : state.pending,
      live: { ...live, signals: union(live.signals, groupOf(state, question)) },
    },
  };
}

/**
 * Cancels the run under way only where the one in its place could start at once, and never a run that took another's
 * place itself: a stream of signals must not keep every run from its end.
 */
function restart(state: ModelState, question: Question, mode: Mode): PolicyAnswer | NeedsGrant {
  const { signal, policy, now, byPerson, isNew, estimateHours = 0, grant } = question;
  const live = state.live!;
  if (live.cancel) return waitForLive(state, question);
  const block = findBlock({ state, policy, now, byPerson: true, estimateHours, isNew });
  const isFree = byPerson || (mode === 'auto' && findLackOfData(state, question) === null);
  if (live.restarted || block || !isFree) return joinLive(state, question);
  if (!grant) return { needsGrant: true };
  if (!grant.granted) return joinLive(state, question);
  const cancel = { by: `signal ${signal.id}`, reason: 'the policy restarts runs for new signals', at: now };
  const stopping: ModelState = { ...state, live: { ...live, cancel, restart: true } };
  const until = lookAgainAt(question, live.deadline);
  const waiting = wait(stopping, question, until, () => answer.insteadOfLive(live, until));
  return { ...waiting, cancelRunId: live.runId };
}
