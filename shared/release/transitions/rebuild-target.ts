import type { ReleaseRow } from '../../domain/release-state.ts';
import { deploymentOf } from './splits.ts';
import type { TargetState } from './state.ts';

/** A target's state from what the ledger has of its releases, newest first: the versions that were settled. Pure. */
export function rebuildTarget(fresh: TargetState, rows: readonly ReleaseRow[]): TargetState {
  const settled = rows
    .filter(({ state }) => state === 'settled')
    .slice(0, 10)
    .reverse()
    .map(({ model, releaseId, endedAt, startedAt, digest }) => ({
      model,
      deployment: deploymentOf(model.version),
      digest,
      releaseId,
      at: endedAt ?? startedAt,
    }));
  return { ...fresh, settled };
}
