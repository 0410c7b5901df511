/**
 * A run whose gates cannot say, and the person who answers it. Pure.
 *
 * Owns: that a run asks, who may answer it and when, and which answer counts.
 * Does not own: whether a run asks (`onInconclusive`, the retrain orchestration), waking it (operate).
 *
 * Invariants
 * 1. Only the live run asks, and the first answer in time is the one.
 * 2. An answer that was taken counts: the run reads it here, whichever woke it.
 */
import type { InconclusiveAnswer, ModelState } from '../domain/model-state.ts';
import type { Word } from '../domain/word.ts';
import { done, type Operated, refuse } from './operated.ts';

/** A run says that it waits for a person. One that was given up for dead does not. */
export function askPerson(
  state: ModelState,
  { runId, until }: { readonly runId: string; readonly until: string },
): { readonly state: ModelState; readonly asks: boolean } {
  const { live } = state;
  if (live?.runId !== runId) return { state, asks: false };
  return { state: { ...state, live: { ...live, asks: live.asks ?? { until } } }, asks: true };
}

/** A run waits no more: answers what a person has said, or null. */
export function endAsking(
  state: ModelState,
  { runId }: { readonly runId: string },
): { readonly state: ModelState; readonly answer: InconclusiveAnswer | null } {
  const { live } = state;
  if (live?.runId !== runId || !live.asks) return { state, answer: null };
  const { asks, ...rest } = live;
  return { state: { ...state, live: rest }, answer: asks.answer ?? null };
}

export function answerRun(state: ModelState, runId: string, accepted: boolean, by: Word): Operated {
  const { live } = state;
  if (live?.runId !== runId) {
    const now = live ? `run ${live.runId} is under way` : 'no run is under way';
    return refuse(state, `Nothing to decide: run ${runId} is not under way; ${now}.`);
  }
  const { asks } = live;
  if (!asks) return refuse(state, `Nothing to decide: run ${runId} does not wait for a person.`);
  if (asks.until <= by.at) {
    return refuse(state, `Too late: run ${runId} waited for a decision until ${asks.until}.`);
  }
  if (live.cancel) return refuse(state, `Being cancelled since ${live.cancel.at}, by ${live.cancel.by}.`);
  if (asks.answer) {
    const word = asks.answer.accepted ? 'Accepted' : 'Refused';
    return refuse(state, `${word} before, by ${asks.answer.by} at ${asks.answer.at}.`);
  }
  const next = { ...state, live: { ...live, asks: { ...asks, answer: { ...by, accepted } } } };
  const sentence = accepted
    ? `Accepted: run ${runId} is registered and released as one that passed.`
    : `Refused: run ${runId} ends inconclusive, and the champion stays.`;
  return { ...done(next, sentence), wake: [], answeredRunId: runId };
}
