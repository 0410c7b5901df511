/**
 * Versions that were the champion before, and whether one may be so again. Pure.
 *
 * Owns: which versions are past champions, their order, and why one is not eligible. Does not own: what is in the registry
 * (activities/find-past-champions.ts), how they are scored (orchestrations/past-champions.ts).
 *
 * Invariants
 * 1. The present champion is none of them, and none is there twice, whatever runs and releases say of it.
 * 2. What was gone back from, rejected or barred is not eligible: a person or a gate had a reason, which gates do not know.
 */
import type { Embargo } from '../../domain/embargo.ts';
import type { ReleaseRow } from '../../domain/release-state.ts';
import type { ModelVersion, Run } from '../../domain/run.ts';
import type { VersionStatus } from '../../domain/version-status.ts';
import type { TargetState } from './state.ts';
import { findStatuses } from './version-status.ts';

interface KnownPast {
  readonly model: string;
  readonly champion: ModelVersion;
  readonly runs: readonly Pick<
    Run,
    'released' | 'challenger' | 'registeredVersion' | 'startedAt' | 'endedAt' | 'champion'
  >[];
  readonly releases: readonly ReleaseRow[];
  /** Of the target, where the model file has one. */
  readonly state: TargetState | undefined;
  readonly embargoes: readonly Embargo[];
}

interface PastChampion {
  readonly version: string;
  /** When it last came to be the champion (ISO 8601, UTC). */
  readonly at: string;
  /** SHA-256 over its files when it was released, hex; null: not known. */
  readonly digest: string | null;
  /** Why it is not eligible, for a person; null: it is. */
  readonly why: string | null;
}

/** The latest champion first. */
export function listPastChampions(known: KnownPast): readonly PastChampion[] {
  const { champion, releases, state, embargoes } = known;
  // One that a newer version took the place of before it served was not found wanting.
  const judged = releases.filter((row) => row.state !== 'superseded');
  const statuses = findStatuses(judged, state);
  const digests = digestsOf(known);
  const seen = new Map<string, string>();
  const digestOfChampion = digests.get(champion.version);
  if (digestOfChampion !== undefined) seen.set(digestOfChampion, champion.version);
  const order = [...timesOf(known)].sort(([a, from], [b, to]) =>
    from === to ? (a < b ? 1 : -1) : from < to ? 1 : -1,
  );
  return order.map(([version, at]) => {
    const digest = digests.get(version) ?? null;
    const alike = digest === null ? undefined : seen.get(digest);
    const why =
      embargoes.find((embargo) => embargo.version === version)?.sentence ??
      whyNot(statuses.get(version)) ??
      (alike === undefined ? null : `its files are those of version ${alike}`);
    if (digest !== null && alike === undefined && why === null) seen.set(digest, version);
    return { version, at, digest, why };
  });
}

/** A version without a release over stages came to everybody at once, by its channels. */
function whyNot(status: VersionStatus | undefined): string | null {
  switch (status) {
    case undefined:
    case 'settled':
      return null;
    case 'rolled-back':
      return 'it was gone back from';
    case 'rejected':
      return 'its latest release was rejected or failed';
    case 'embargoed':
      return 'it is under embargo';
    default:
      return 'a release of it is under way';
  }
}

/** When each version but the present champion last came to serve everybody. */
function timesOf({ model, champion, runs, releases, state }: KnownPast): Map<string, string> {
  const found = new Map<string, string>();
  const note = (version: string | undefined, at: string): void => {
    if (version === undefined || version === champion.version) return;
    const known = found.get(version);
    if (known === undefined || at > known) found.set(version, at);
  };
  for (const { released, challenger, registeredVersion, startedAt, endedAt } of runs)
    if (released) note(registeredVersion ?? challenger?.version, endedAt ?? startedAt);
  // What a run was to replace served when it began, however it had come there.
  for (const run of runs) note(run.champion?.version, run.startedAt);
  for (const row of releases)
    if (row.state === 'settled' && !row.isDrill) note(row.model.version, row.endedAt ?? row.since);
  for (const settled of state?.settled ?? [])
    if (settled.model.name === model) note(settled.model.version, settled.at);
  return found;
}

/** As the latest release of each read them. */
function digestsOf({ releases, state }: KnownPast): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { model, digest } of state?.settled ?? []) if (digest !== null) found.set(model.version, digest);
  for (const { model, digest } of releases.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1)))
    if (digest !== null) found.set(model.version, digest);
  return found;
}
