import type { Quarantine } from '../../domain/embargo.ts';
import { isQuarantine, type Operation } from '../../domain/operation.ts';
import type { Drilled, ReleaseRow, SettledVersion } from '../../domain/release-state.ts';
import { addSettled } from './changes.ts';
import { type Interrupted, resumeQueued, resumeRelease } from './resume-release.ts';
import { deploymentOf } from './splits.ts';
import type { Release, TargetState } from './state.ts';

/**
 * A target's state from what the ledger has of its releases: the versions that were settled, one after the other, and the
 * releases that were under way. Pure. A version that was settled before and is again was gone back to, from the one that
 * was settled last.
 */
export function rebuildTarget(
  fresh: TargetState,
  rows: readonly ReleaseRow[],
  interrupted: readonly Interrupted[] = [],
): TargetState {
  const lastDrill = findLastDrill(rows);
  const known = { ...fresh, settled: findSettled(rows), ...(lastDrill && { lastDrill }) };
  return resumeAll(known, rows, interrupted);
}

function findSettled(rows: readonly ReleaseRow[]): readonly SettledVersion[] {
  const versions = rows
    .filter(({ state }) => state === 'settled')
    .map(({ model, releaseId, endedAt, startedAt, digest }): SettledVersion => {
      const deployment = deploymentOf(model.version);
      return { model, deployment, digest, releaseId, at: endedAt ?? startedAt };
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return versions.reduce<readonly SettledVersion[]>((before, version) => {
    const isAgain = before.some(({ deployment }) => deployment === version.deployment);
    return addSettled(before, version, isAgain ? before.at(-1)?.model.version : undefined);
  }, []);
}

/** One holds the target; the others wait, in the order they came. */
function resumeAll(
  state: TargetState,
  rows: readonly ReleaseRow[],
  interrupted: readonly Interrupted[],
): TargetState {
  // Nobody has a clock to go by: it is the time of what was told last.
  const now = rows.reduce((latest, { writtenAt: at }) => (at > latest ? at : latest), '');
  const open = interrupted
    .filter(({ row }) => !isOvertaken(row, rows))
    .sort((a, b) => (a.row.startedAt < b.row.startedAt ? -1 : 1));
  const holder = open.findLast(({ row }) => row.state !== 'queued');
  const [first, ...others] = open
    .filter(({ row }) => row.state === 'queued')
    .map((each) => withDrills(resumeQueued(each), rows));
  const queue = first ? [first, ...others] : [];
  if (holder) {
    const held = resumeRelease({ ...state, queue }, holder, now);
    return { ...held, release: withDrills(held.release!, rows) };
  }
  if (!first) return state;
  const turn = { state: 'deploying', since: now, stageSince: now, sentence: 'Its turn has come.' } as const;
  return { ...state, release: { ...first, ...turn }, queue: others };
}

/** A release that came later was settled: this one was lost before that, and nobody goes on with it. */
const isOvertaken = (row: ReleaseRow, rows: readonly ReleaseRow[]): boolean =>
  rows.some(({ state, startedAt }) => state === 'settled' && startedAt > row.startedAt);

/** Its next drill has a name of its own. */
function withDrills(release: Release, rows: readonly ReleaseRow[]): Release {
  const own = rows.filter(({ isDrill, runId }) => isDrill && runId.startsWith(`${release.runId}-drill`));
  return own.length > 0 ? { ...release, drills: own.length } : release;
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
