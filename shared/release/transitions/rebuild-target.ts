import type { Quarantine } from '../../domain/embargo.ts';
import { isQuarantine, type Operation } from '../../domain/operation.ts';
import type { Drilled, ReleaseRow, SettledVersion } from '../../domain/release-state.ts';
import { addSettled } from './changes.ts';
import { deploymentOf } from './splits.ts';
import type { TargetState } from './state.ts';

/**
 * A target's state from what the ledger has of its releases: the versions that were settled, one after the other. Pure.
 * A version that was settled before and is again was gone back to, from the one that was settled last.
 */
export function rebuildTarget(fresh: TargetState, rows: readonly ReleaseRow[]): TargetState {
  const versions = rows
    .filter(({ state }) => state === 'settled')
    .map(({ model, releaseId, endedAt, startedAt, digest }): SettledVersion => {
      const deployment = deploymentOf(model.version);
      return { model, deployment, digest, releaseId, at: endedAt ?? startedAt };
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const settled = versions.reduce<readonly SettledVersion[]>((before, version) => {
    const isAgain = before.some(({ deployment }) => deployment === version.deployment);
    return addSettled(before, version, isAgain ? before.at(-1)?.model.version : undefined);
  }, []);
  const lastDrill = findLastDrill(rows);
  return { ...fresh, settled, ...(lastDrill && { lastDrill }) };
}

/** The versions that are quarantined, from orders in any sequence. */
export function findQuarantined(operations: readonly Operation[]): readonly Quarantine[] {
  const known = new Map<string, Quarantine>();
  for (const { action, by, actor, reason, at, done } of operations.toSorted((a, b) =>
    a.at < b.at ? -1 : 1,
  )) {
    if (!done || !isQuarantine(action)) continue;
    const { version } = action;
    if (action.action === 'lift-quarantine') known.delete(version);
    else known.set(version, { version, by, ...(actor && { actor }), reason, at });
  }
  return [...known.values()];
}

function findLastDrill(rows: readonly ReleaseRow[]): Drilled | null {
  const over = rows.filter(({ isDrill, endedAt }) => isDrill && endedAt !== null);
  const [last] = over.toSorted((a, b) => (a.endedAt! < b.endedAt! ? 1 : -1));
  if (!last) return null;
  const { releaseId, model, startedAt, endedAt, sentence, state } = last;
  const hasPassed = state === 'drilled';
  return { releaseId, version: model.version, startedAt, at: endedAt!, sentence, hasPassed };
}
