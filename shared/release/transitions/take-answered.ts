/**
 * What a release makes of how a version answered what it was asked. Pure.
 *
 * Invariant: what says nothing of a version turns no release back at once: a container that was moved, has ended or is
 * slow is asked again, for `readyWithin` where no customer depends on it, else for two minutes.
 */
import {
  askPerson,
  msOf,
  nextPauseMs,
  pauseRelease,
  ratchetSays,
  stuckPauseMs,
  turnBack,
  withRelease,
} from './changes.ts';
import type { ReleaseEvent } from './deeds.ts';
import type { Release, TargetState } from './state.ts';

/** A container that has ended is started again meanwhile. */
const silentMs = 120_000;

export function takeAnswered(
  state: TargetState,
  before: Release,
  { answered, silent, why }: Extract<ReleaseEvent, { event: 'answered' }>,
  now: string,
): TargetState {
  const { silentSince = now, ...release } = before;
  const { target, hadTraffic, back } = release;
  const waitedMs = Date.parse(now) - Date.parse(silentSince);
  if (silent && waitedMs < (hadTraffic || back ? silentMs : msOf(target.readyWithin))) {
    const asking = { ...release, silentSince, sentence: `Asks again: ${why}` };
    return pauseRelease(state, asking, nextPauseMs(release, waitedMs), now);
  }
  if (answered && back) return withRelease(state, { ...release, back: { ...back, answered } });
  if (answered) return withRelease(state, { ...release, hasAnswered: true });
  if (!back) return turnBack(state, release, ratchetSays(why, now), hadTraffic ? 'rolled-back' : 'failed');
  const to = back.to?.deployment ?? 'nobody';
  const sentence = `The rollback is not done: ${to} does not answer as it must: ${why}`;
  const stuck = askPerson(release, 'stuck', sentence, now);
  return pauseRelease(withRelease(state, release), stuck, stuckPauseMs, now);
}
