/**
 * Break-glass: two people promote the challenger of a settled run against the gates. Pure.
 *
 * Owns: which runs, who may be the two, and how long the first one's word holds.
 * Does not own: the kill switch (fleet.ts), registering and releasing (the break-glass orchestration).
 *
 * Invariants
 * 1. It takes two proven people, the second within 24 hours of the first. A word from before people were proven counts
 *    for nobody.
 * 2. Nothing else of the model is under way meanwhile: the glass takes the place of a run.
 */
import { glassIdOf, runOfGlass } from '../domain/broken-glass.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { Run } from '../domain/run.ts';
import type { Word } from '../domain/word.ts';
import { done, type Operated, refuse } from './operated.ts';
import { addMs } from './time.ts';

/** How long the word of the first person holds. */
export const glassHoldsMs = 86_400_000;
/** After so long a glass that never ended is given up for dead, as a run is. */
const deadAfterMs = 86_400_000;
/** So long an outage is waited out: a little less, so that it settles itself. */
const waitsMs = 82_800_000;

/** What is asked of a run before its glass may be broken. */
export type SettledRun = Pick<Run, 'model' | 'outcome' | 'challenger' | 'released' | 'brokenGlass'>;

/** Why the challenger of a run cannot be promoted whoever asks, or null. */
export function findObstacle(model: string, runId: string, run: SettledRun | null): string | null {
  if (run?.model !== model) return `Nothing to override: the ledger has no run ${runId} of model ${model}.`;
  if (run.brokenGlass && run.released) {
    const { first, second, at } = run.brokenGlass;
    return `Overridden already: ${first} and ${second} promoted the challenger of run ${runId} at ${at}.`;
  }
  if (run.outcome === null) return `Nothing to override: run ${runId} is still under way.`;
  if (run.outcome !== 'gate-failed' && run.outcome !== 'inconclusive') {
    return `Nothing to override: run ${runId} ended ${run.outcome}; only gate-failed and inconclusive ones have a challenger that gates blocked.`;
  }
  return run.challenger ? null : `Nothing to override: run ${runId} has no challenger.`;
}

export function breakGlass(state: ModelState, runId: string, by: Word): Operated {
  const { live, glass: first, ...rest } = state;
  if (live?.breaksGlass)
    return refuse(
      state,
      `Being promoted since ${live.since}: the challenger of run ${runOfGlass(live.runId)}.`,
    );
  if (live) {
    const sentence = `Not overridden: run ${live.runId} is under way; wait for its end, or cancel it.`;
    return refuse(state, sentence);
  }
  const { actor } = by;
  if (actor?.kind !== 'person') {
    return refuse(state, `Not overridden: nobody has proven to be ${by.by}; sign in, and approve again.`);
  }
  if (first?.runId !== runId || !first.actor) return speakFirst(state, runId, by);
  const until = addMs(first.at, glassHoldsMs);
  if (by.at > until) {
    const sentence = `Expired: the approval of ${first.by} of ${first.at} was valid until ${until}; two people have to approve again.`;
    return refuse({ ...rest, live }, sentence);
  }
  if (first.actor.id === actor.id) {
    return refuse(
      state,
      `Not overridden: ${first.by} approved at ${first.at}; the second approval must be another person's, by ${until}.`,
    );
  }
  const id = glassIdOf(runId, by.at);
  const deadline = addMs(by.at, deadAfterMs);
  const next: ModelState = {
    ...rest,
    // A promote run is joined by no signal: what comes waits for its end.
    live: { runId: id, signals: [], since: by.at, deadline, kind: 'promote', breaksGlass: true },
  };
  const { champion } = state;
  const reasons = [first.reason, by.reason] as const;
  const people = { first: first.by, second: by.by, actors: [first.actor, actor] as const };
  const sentence = `Overridden by ${people.first} and ${people.second}: the challenger of run ${runId} is promoted.`;
  const glass = { id, ...people, reasons, at: by.at, champion, until: addMs(by.at, waitsMs), sentence };
  return { ...done(next, sentence), wake: [], glass };
}

/** One word is kept for a model: another run's takes its place. */
function speakFirst(state: ModelState, runId: string, by: Word): Operated {
  const instead = state.glass
    ? ` The approval of ${state.glass.by} for run ${state.glass.runId} is dropped.`
    : '';
  const sentence = `Noted: nothing is released yet. Another person has to approve it by ${addMs(by.at, glassHoldsMs)}.${instead}`;
  return { ...done({ ...state, glass: { ...by, runId } }, sentence), wake: [] };
}
