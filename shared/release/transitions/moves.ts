/** How a release sets out for its next step forward, and how it waits. Pure. */
import type { ReleaseState } from '../../domain/release-state.ts';
import { enter, later, msOf, withRelease } from './changes.ts';
import type { NextAnswer, NextQuestion, ReleaseAction } from './deeds.ts';
import { nextLookAt } from './due-look.ts';
import type { Release, TargetState } from './state.ts';

/** What a release sets out to do: the state it enters, what it says, and what else becomes of it. */
interface Advance {
  readonly enters: ReleaseState;
  readonly sentence: string;
  readonly changes?: Partial<Release>;
}

/** A step forward, unless something holds it: then nothing has changed. */
export function forward(
  state: TargetState,
  release: Release,
  { now, hold }: NextQuestion,
  { enters, sentence, changes }: Advance,
  action: ReleaseAction,
): NextAnswer {
  // A person's order to go back is no step forward, nor is a drill of it: no freeze holds them.
  if (release.rollback === undefined && release.drill === undefined) {
    if (hold === undefined) return { state, action: { do: 'ask-hold' } };
    if (hold !== null) return waitFor(state, release, now, `Waits: ${hold}.`, [later(now, heldLookMs)]);
  }
  const entered = { ...enter(release, enters, now, sentence), ...changes };
  return { state: withRelease(state, entered), action };
}

/** Whoever ends a freeze tells no release: it is asked about so often. */
const heldLookMs = 1_800_000;

/** Whether the version is to have requests, or was seen to have some: others may have given it them. */
export function hasRequests({ desired, observed }: TargetState, { deployment }: Release): boolean {
  return [desired, observed].some((split) => split?.traffic[deployment] || split?.mirror[deployment]);
}

/** Waits until one of the moments, the next look at the checks, or the next at a target that gives it requests. */
export function waitFor(
  state: TargetState,
  release: Release,
  now: string,
  sentence: string,
  alarms: readonly string[],
): NextAnswer {
  const { lookEvery } = release.target;
  const isWatched = release.asks !== null || hasRequests(state, release);
  const longest = isWatched || alarms.length === 0 ? [later(now, msOf(lookEvery))] : [];
  const look = nextLookAt(state, release);
  const until = [...alarms, ...longest, ...(look === null ? [] : [look])].reduce((a, b) => (a < b ? a : b));
  return { state: withRelease(state, { ...release, sentence }), action: { do: 'wait', until } };
}
