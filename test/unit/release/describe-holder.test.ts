import { expect, it } from 'vitest';
import { describeHolder, findHolder } from '../../../shared/release/transitions/describe-holder.ts';
import { newTargetState } from '../../../shared/release/transitions/state.ts';
import { releaseId, target } from './world/target.ts';

const of = (onNewCandidate: 'queue' | 'supersede') => ({ endpoint: 'spam-filter', onNewCandidate });

it('whoever wants the target next is told which release has it, and what that means', () => {
  expect(findHolder(newTargetState)).toBeNull();
  const state = target();
  const holder = findHolder(state)!;
  expect(holder).toEqual({ releaseId, version: '2', state: 'waiting-for-approval', waiting: 0 });
  expect(describeHolder(holder, of('queue'))).toBe(
    'Endpoint spam-filter is held by release run-2-release of version 2, waiting-for-approval: what this run makes waits for it.',
  );
  expect(describeHolder(findHolder({ ...state, queue: [state.release!] })!, of('supersede'))).toBe(
    'Endpoint spam-filter is held by release run-2-release of version 2, waiting-for-approval, and 1 release waits: what this run makes takes its place, unless it serves everybody by then.',
  );
});
