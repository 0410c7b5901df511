/** How much of the error a look at the checks may spend. */
import { describe, expect, it } from 'vitest';
import { findDueLook } from '../../../shared/release/transitions/due-look.ts';
import type { TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { began, releaseId, stages, target } from './world/target.ts';
import { release as config } from './world/world.ts';

const stage = config.stages[stages.some]!;
if (stage.kind !== 'canary') throw new Error('the stage is no canary any more');
const { minimumRequests } = stage;
const hour = (count: number) => new Date(Date.parse(began) + count * 3_600_000).toISOString();

function canary(): TargetState {
  const traffic = { 'version-1': 90, 'version-2': 10 };
  const state = target({ stage: stages.some, state: 'canary', stepSince: began, stageSince: began });
  return { ...state, desired: { traffic, mirror: {} }, observed: { ...state.observed!, traffic } };
}

const look = (state: TargetState, requests: number, at: string): TargetState =>
  takeEvent(state, {
    releaseId,
    now: at,
    event: 'looked',
    look: { at, verdict: 'inconclusive', sentence: 'it cannot say', requests },
  });

const dueAt = (state: TargetState, at: string) => findDueLook(state, state.release!, at)!;

describe('a look after the end of `for`', () => {
  const first = dueAt(canary(), hour(1));

  it('takes its share of what a step forward may spend', () => {
    expect(first.forwardShare).toBeGreaterThan(0);
    const again = dueAt(look(canary(), minimumRequests, hour(1)), hour(1.5));
    expect(again.forwardShare).toBeLessThan(first.forwardShare);
    expect(again.backShare).toBeLessThan(first.backShare);
  });

  it('takes nothing of it with fewer requests than a step forward needs', () => {
    const again = dueAt(look(canary(), minimumRequests - 1, hour(1)), hour(1.5));
    expect(again.forwardShare).toBe(first.forwardShare);
    // It could have led back.
    expect(again.backShare).toBeLessThan(first.backShare);
  });
});
