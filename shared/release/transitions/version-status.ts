/**
 * What the registry is to say of a version: one word, from what is known of its releases. Pure.
 *
 * Owns: the words, and which one holds. Does not own: writing it (shared/azure/version-tags.ts), when.
 */
import type { FinalState, ReleaseRow, ReleaseState } from '../../domain/release-state.ts';
import type { VersionStatus } from '../../domain/version-status.ts';
import { isBarred } from './changes.ts';
import type { Release, TargetState } from './state.ts';

/** Of a release that is under way. */
export function statusOf({ back, hadTraffic, isChampion, stages, stage }: Release): VersionStatus {
  if (back) return hadTraffic ? 'rolled-back' : 'rejected';
  if (isChampion) return 'serving';
  return stages.slice(0, stage).some(({ kind }) => kind === 'approval') ? 'approved' : 'candidate';
}

/** Rows of before releases had one of these tell it by their state. */
const byState: Readonly<Record<ReleaseState, VersionStatus>> = {
  queued: 'candidate',
  deploying: 'candidate',
  notifying: 'candidate',
  'waiting-for-approval': 'candidate',
  'in-pipeline': 'candidate',
  shadow: 'candidate',
  canary: 'candidate',
  promoting: 'candidate',
  asking: 'candidate',
  serving: 'serving',
  probation: 'serving',
  'rolling-back': 'rolled-back',
  settled: 'settled',
  'rolled-back': 'rolled-back',
  rejected: 'rejected',
  failed: 'rejected',
  superseded: 'superseded',
  drilled: 'settled',
};

/** Of a release that is over. */
export const statusOfEnd: Readonly<Record<FinalState, VersionStatus>> = byState;

/** So many settled versions a target keeps; of older ones it is not known whether they were gone back from. */
const settledAtMost = 10;

/** By version, from the latest release of each. `state` is that of the target, where it has one. */
export function findStatuses(
  rows: readonly ReleaseRow[],
  state: TargetState | undefined,
): ReadonlyMap<string, VersionStatus> {
  const found = new Map<string, VersionStatus>();
  for (const row of rows.toSorted((a, b) =>
    a.startedAt === b.startedAt ? 0 : a.startedAt < b.startedAt ? 1 : -1,
  )) {
    const { version } = row.model;
    if (row.isDrill) continue;
    if (!found.has(version)) found.set(version, findStatus(row, state));
  }
  return found;
}

function findStatus(row: ReleaseRow, state: TargetState | undefined): VersionStatus {
  const { model, status } = row;
  if (state && isBarred(state, { model })) return 'embargoed';
  const said = status ?? (row.isChampion && row.endedAt === null ? 'serving' : byState[row.state]);
  if (said !== 'settled' || !state || state.settled.length >= settledAtMost) return said;
  const isKept = state.settled.some((each) => each.model.version === model.version);
  // A target that has lost its state keeps none: that says nothing.
  return isKept || state.settled.length === 0 ? said : 'rolled-back';
}
