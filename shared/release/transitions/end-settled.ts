import { endRelease } from './changes.ts';
import type { NextAnswer } from './deeds.ts';
import { describeUnseen, endTrialFirst } from './probation.ts';
import type { Release, TargetState } from './state.ts';

/** The last stage is over: what rollbacks went to before is cleared away, and the version is settled. */
export function endSettled(state: TargetState, release: Release, now: string): NextAnswer {
  const ending = endTrialFirst(state, release, now);
  if (ending) return ending;
  const old = state.observed!.deployments.find(
    ({ deployment }) =>
      deployment !== release.deployment && state.settled.some((each) => each.deployment === deployment),
  );
  if (old && release.leavesBehind === null)
    return { state, action: { do: 'retire', deployment: old.deployment } };
  const { model, target, leavesBehind } = release;
  const left = leavesBehind === null ? '' : ` What served before is left: ${leavesBehind}.`;
  const accepted = release.acceptedBy
    ? ` Its probation could not say in time: ${release.acceptedBy.by} has accepted it (${release.acceptedBy.reason}).`
    : '';
  const sentence = `Version ${model.version} answers every request of endpoint ${target.endpoint}.${accepted}${left}${describeUnseen(release)}`;
  return endRelease(state, release, now, 'settled', sentence);
}
