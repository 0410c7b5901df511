/** The life of one release of version 2, with all that people, others and death do to it. Drawn from a seed. */
import fc from 'fast-check';
import type { Candidate, TargetState } from '../../../../shared/release/transitions/state.ts';
import { candidateOf, type Deed, World, withPipelines } from './world.ts';

/** What people and others do between two turns. */
function interfere(world: World): void {
  const held = world.state.release;
  if (!held) return;
  const { releaseId } = held;
  if (held.state === 'waiting-for-approval') {
    if (!world.breaks(0.3)) world.approve(held, 'ada');
    if (!world.breaks(0.3)) world.approve(held, 'ben');
    if (world.breaks(0.1)) world.order({ action: 'reject-release', releaseId }, 'ada');
  }
  if (world.breaks(0.01)) world.order({ action: 'abort-release', releaseId }, 'ada');
  if (held.asks && world.happens(0.3)) {
    const action = world.happens(0.3) ? 'accept-release' : 'resume-release';
    world.order({ action, releaseId }, 'ada');
  }
  if (world.breaks(0.02)) world.traffic = { 'version-1': 60, 'version-9': 40 };
  if (world.breaks(0.02)) world.traffic = { [held.deployment]: 100 };
  if (world.breaks(0.01) && !world.traffic[held.deployment]) world.deployed.delete(held.deployment);
  if (world.breaks(0.05)) world.hold = world.hold === null ? 'freeze quarter-end is in force' : null;
}

export function live(
  tape: Tape,
  turns = 400,
  more: Partial<Candidate> = {},
  /** What the target knows beforehand. */
  before: Partial<TargetState> = {},
  /** Happens after every turn. */
  each: (world: World) => void = () => {},
): { world: World; ended: Deed['action'] | null } {
  const world = new World(...tape);
  world.state = { ...world.state, ...before };
  world.begin(candidateOf('2', { ...(tape[0] % 2 === 0 && { stages: withPipelines }), ...more }));
  world.meanwhile = () => {
    const { release } = world.state;
    if (release && world.breaks(0.03))
      world.order({ action: 'abort-release', releaseId: release.releaseId }, 'ada');
  };
  for (let turn = 0; turn < turns; turn++) {
    interfere(world);
    const action = world.turn('run-2-release');
    if (action.do === 'end') return { world, ended: action };
    each(world);
    if (action.do !== 'wait') continue;
    const waitMs = Math.max(Date.parse(action.until) - world.nowMs, 1_000);
    world.nowMs += world.happens(0.3) ? waitMs / 10 : waitMs;
  }
  return { world, ended: null };
}

/** A seed and how long chance rules; then nothing happens any more. */
export const tapes = fc.tuple(fc.nat(), fc.integer({ min: 20, max: 1_500 }));
export type Tape = readonly [seed: number, draws: number];
