/** A signal waits, joins those that wait, or is turned away with them. Pure. */
import type { Admission } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import * as answer from './answers.ts';
import { addFate, isOverdue, join, lead } from './pending.ts';
import type { Answered, Question } from './question.ts';

/** A waiting signal that is turned away takes those that joined it along: their answer was to share its fate. */
export function reject(state: ModelState, { isLeader }: Question, admission: Admission): Answered {
  return { admission, state: isLeader ? { ...state, pending: null } : state };
}

/** A person's request keeps its own place: those that wait together may be held longer than it is. */
export function wait(
  state: ModelState,
  question: Question,
  until: string,
  answered: () => Admission,
  more: { forData?: boolean; suggestedUntil?: string } = {},
): Answered {
  const { isLeader, byPerson, now } = question;
  if (byPerson && !isLeader) return { admission: answered(), state };
  if (state.pending && !isLeader && !isOverdue(state.pending, now)) {
    return joinPending(state, question, until);
  }
  const pending = lead(state, waitingOf(question), until, more);
  const overdue = state.pending?.signals[0];
  if (overdue === undefined || isLeader) return { admission: answered(), state: { ...state, pending } };
  const fate = { ...answer.joinedPending(pending), outcome: 'coalesced', signal: overdue } as const;
  return { admission: answered(), state: addFate({ ...state, pending }, fate), wake: [overdue] };
}

export function joinPending(state: ModelState, question: Question, until: string): Answered {
  const pending = join(state.pending!, waitingOf(question), until);
  return { admission: answer.joinedPending(pending), state: { ...state, pending } };
}

function waitingOf({ signal, now, isNew }: Question) {
  const { id, cause = null, observedAt } = signal;
  return { id, cause, observedAt: observedAt ?? now, isNew, now };
}
