/**
 * Whether an earlier training of the same inputs is taken in place of training again. Pure.
 *
 * Owns: the reasons not to, and their order. Does not own: what counts as the same (shared/config/training-fingerprint.ts), its
 * files (activities/find-training.ts).
 *
 * Invariants
 * 1. What gates have held back is not judged again by the same gates, on the same rows, against the same champion: they could
 *    only say so again, for each further look asks more. The run trains, as without reuse.
 * 2. What people or checks found wanting does not come back by itself.
 */
import type { Embargo } from '../../domain/embargo.ts';
import type { ReleaseRow } from '../../domain/release-state.ts';
import type { Run } from '../../domain/run.ts';
import type { Training } from '../../domain/training.ts';
import type { VersionStatus } from '../../domain/version-status.ts';
import type { TargetState } from './state.ts';
import { findStatuses } from './version-status.ts';

type Standing = { readonly embargo: string } | { readonly status: VersionStatus | undefined };

/** How the version stands that the registry has of a training. */
export function standingOf(known: {
  readonly version: string;
  readonly releases: readonly ReleaseRow[];
  readonly state: TargetState | undefined;
  readonly embargoes: readonly Embargo[];
}): Standing {
  const { version, releases, state, embargoes } = known;
  const embargo = embargoes.find((each) => each.version === version);
  if (embargo) return { embargo: embargo.sentence };
  // One that a newer version took the place of before it served was not found wanting.
  const judged = releases.filter((row) => row.state !== 'superseded');
  return { status: findStatuses(judged, state).get(version) };
}

interface KnownTraining {
  readonly training: Training;
  /** The earliest that it may have ended (ISO 8601, UTC). */
  readonly oldest: string;
  readonly usesAtMost: number;
  /** Whether a person asks for the run. */
  readonly byPerson: boolean;
  /** Hash of what is to judge it now. */
  readonly judgedBy: string;
  /** Whether people are asked where gates cannot say. */
  readonly asksPeople: boolean;
  /** Those of its uses that the ledger knows. */
  readonly runs: readonly Pick<Run, 'runId' | 'verdict'>[];
  /** Versions that the run has scored already. */
  readonly scored: readonly string[];
  /** Of the version that the registry has of it; null: it has none. */
  readonly version: string | null;
  readonly standing: Standing | null;
  readonly isArchived: boolean;
  /** Whether there was a version of it, which the registry has no more. */
  readonly isGone: boolean;
}

type Verdict =
  | { readonly found: 'training' }
  | { readonly found: 'none'; readonly why: string }
  | { readonly found: 'in-place'; readonly runId: string; readonly why: string };

export function judgeReuse(known: KnownTraining): Verdict {
  const { training, version, standing } = known;
  const { runId } = training;
  if (version !== null && standing && 'status' in standing && isUnderWay(standing.status)) {
    const why = `Version ${version}, trained by run ${runId}, is being released`;
    return { found: 'in-place', runId, why };
  }
  const why = whyNot(known);
  return why === null
    ? { found: 'training' }
    : { found: 'none', why: `that of run ${runId} is not taken: ${why}` };
}

function isUnderWay(status: VersionStatus | undefined): boolean {
  return status === 'candidate' || status === 'approved' || status === 'serving';
}

function whyNot(known: KnownTraining): string | null {
  const { training, oldest, version, standing, scored } = known;
  if (training.endedAt < oldest)
    return `it ended at ${training.endedAt}, longer ago than training.reuse allows`;
  if (training.uses.length >= known.usesAtMost) return `${training.uses.length} runs have judged it already`;
  if (known.isGone) return 'the registry has its version no more';
  if (known.isArchived) return `version ${version} is archived in the registry`;
  if (version !== null && scored.includes(version))
    return `version ${version} was scored as a past champion in this run`;
  return (
    (version !== null && standing && whyNotAgain(version, standing, known.byPerson)) || findHeldBack(known)
  );
}

function whyNotAgain(version: string, standing: Standing, byPerson: boolean): string | null {
  if ('embargo' in standing) return standing.embargo;
  if (standing.status === 'embargoed') return `version ${version} is under embargo`;
  if (standing.status === 'rolled-back') return `version ${version} was gone back from`;
  if (standing.status !== 'rejected' || byPerson) return null;
  return `the latest release of version ${version} was rejected or failed, and no person asks for the run`;
}

/** The run whose gates have said so of it before, being the same gates. */
function findHeldBack({ training, judgedBy, runs, asksPeople }: KnownTraining): string | null {
  const alike = new Set(training.uses.filter((use) => use.judgedBy === judgedBy).map(({ runId }) => runId));
  const isHeld = ({ verdict }: Pick<Run, 'verdict'>): boolean =>
    verdict === 'failed' || (verdict === 'inconclusive' && !asksPeople);
  const held = runs.find((run) => alike.has(run.runId) && isHeld(run));
  if (!held) return null;
  const said = held.verdict === 'failed' ? 'failed it' : 'were inconclusive';
  return `the same gates ${said} on the same rows in run ${held.runId}`;
}
