import { endRelease } from './changes.ts';
import type { NextAnswer, Release, TargetState } from './state.ts';

/** The last stage is over: what rollbacks went to before is cleared away, and the version is settled. */
export function endSettled(state: TargetState, release: Release, now: string): NextAnswer {
  const old = state.observed!.deployments.find(
    ({ deployment }) =>
      deployment !== release.deployment && state.settled.some((each) => each.deployment === deployment),
  );
  if (old && release.leavesBehind === null)
    return { state, action: { do: 'retire', deployment: old.deployment } };
  const { model, target, leavesBehind } = release;
  const left = leavesBehind === null ? '' : ` What served before is left: ${leavesBehind}.`;
  const sentence = `Version ${model.version} answers every request of endpoint ${target.endpoint}.${left}`;
  return endRelease(state, release, now, 'settled', sentence);
}
