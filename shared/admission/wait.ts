/**
 * A signal waits, joins those that wait, or is turned away with them. Pure.
 *
 * Invariants
 * 1. Whoever waits is known to the state until it has its answer, and how many wait is bounded: signals of automation wait
 *    as one group, requests of people as another, and of versions registered by hand, each of which needs a run of its
 *    own, so many wait at most; another is turned away and told why.
 */
import type { Admission } from '../domain/decision.ts';
import type { ModelState, Pending } from '../domain/model-state.ts';
import * as answer from './answers.ts';
import { asOfArrival } from './mend-times.ts';
import { addPendingDecision, isOverdue, join, lead, union } from './pending.ts';
import type { PolicyAnswer, Question } from './question.ts';

/** Versions registered by hand that wait at once. */
export const versionsAtMost = 50;

/** A waiting signal that is turned away takes those that joined it along: their answer was to share its fate. */
export function reject(state: ModelState, { isLeader }: Question, admission: Admission): PolicyAnswer {
  return { admission, state: isLeader ? { ...state, pending: null } : state };
}

/** A person's request keeps its own place: those that wait together may be held longer than it is. */
export function wait(
  state: ModelState,
  question: Question,
  until: string,
  answered: () => Admission,
  more: Partial<Pick<Pending, 'forData' | 'changedAt' | 'suggestedUntil'>> = {},
): PolicyAnswer {
  const { isLeader, byPerson, now } = question;
  if (byPerson && !isLeader) return waitByRequest(state, question, answered);
  if (state.pending && !isLeader && !isOverdue(state.pending, now)) {
    return joinPending(state, question, until);
  }
  const pending = lead(state, waitingOf(question), until, more);
  const overdue = state.pending?.signals[0];
  if (overdue === undefined || isLeader) return { admission: answered(), state: { ...state, pending } };
  const fate = { ...answer.joinedPending(pending), outcome: 'coalesced', signal: overdue } as const;
  return { admission: answered(), state: addPendingDecision({ ...state, pending }, fate), wake: [overdue] };
}

export function joinPending(state: ModelState, question: Question, until: string): PolicyAnswer {
  const pending = join(state.pending!, waitingOf(question), until);
  return { admission: answer.joinedPending(pending), state: { ...state, pending } };
}

/** Of the requests for a retraining the first waits for all: they ask for the same. */
function waitByRequest(state: ModelState, { signal }: Question, answered: () => Admission): PolicyAnswer {
  const { requested = [], waiting = [] } = state;
  if (signal.kind === 'registry') {
    const others = waiting.filter((id) => id !== signal.id && id !== requested[0]);
    const isFull = !waiting.includes(signal.id) && others.length >= versionsAtMost;
    return { admission: isFull ? answer.tooManyVersions(versionsAtMost) : answered(), state };
  }
  const [first] = requested;
  if (first === undefined || first === signal.id) {
    const group = first === undefined ? [signal.id] : requested;
    return { admission: answered(), state: { ...state, requested: group } };
  }
  const next = { ...state, requested: union(requested, [signal.id]) };
  return { admission: answer.joinedRequest(first), state: next };
}

/** A signal with everything that waits for it: the answer it gets is theirs. */
export function groupOf(
  { pending, requested }: ModelState,
  { signal, isLeader }: Question,
): readonly string[] {
  if (isLeader) return pending?.signals ?? [signal.id];
  return requested?.[0] === signal.id ? requested : [signal.id];
}

function waitingOf({ signal, now, isNew, composites }: Question) {
  const { id, cause = null, observedAt } = signal;
  return { id, cause, observedAt: asOfArrival(observedAt, now), isNew, now, composites };
}
