/**
 * How a run of a play ends: as the one of the same id that took place, or as is assumed. Pure.
 *
 * Invariant: of an assumed run nothing is taken from what ends after it starts.
 */
import type { RunOutcome } from '../domain/run.ts';
import { type Assumptions, usualRunMs } from './assumptions.ts';
import type { History } from './history.ts';

export interface RunPlan {
  /** Null: it had not ended when the history did. */
  readonly endMs: number | null;
  readonly outcome: RunOutcome;
  /** The version it leaves, where it is released. */
  readonly version: string;
  /** Null: nobody knows. */
  readonly hours: number | null;
  readonly isRecorded: boolean;
  readonly kept: boolean;
}

export function planRun(
  { runs, versions }: Pick<History, 'runs' | 'versions'>,
  { runLastsMs, runHours, runOutcome, unknownVersions }: Assumptions,
  runId: string,
  startMs: number,
): RunPlan {
  const known = runs.get(runId);
  if (known) {
    const { endedAt, at, outcome, version, hours, kept = false } = known;
    const lastsMs = endedAt === null ? null : Date.parse(endedAt) - Date.parse(at);
    const endMs = lastsMs === null || outcome === null ? null : startMs + lastsMs;
    return {
      ...{ endMs, outcome: outcome ?? 'lost', hours, isRecorded: true, kept },
      version: version ?? runId,
    };
  }
  const ended = [...runs.values()].filter(
    ({ endedAt }) => endedAt !== null && Date.parse(endedAt) <= startMs,
  );
  const last = ended.toSorted((a, b) => Date.parse(a.endedAt!) - Date.parse(b.endedAt!)).at(-1);
  const lastMs = last && Date.parse(last.endedAt!) - Date.parse(last.at);
  const lastsMs = runLastsMs ?? lastMs ?? usualRunMs;
  const nearest = versions.findLast(({ trainedAt }) => Date.parse(trainedAt) <= startMs);
  return {
    endMs: startMs + lastsMs,
    outcome: runOutcome,
    version: unknownVersions === 'nearest' && nearest ? nearest.version : `of ${runId}`,
    hours: runHours ?? last?.hours ?? lastsMs / 3_600_000,
    isRecorded: false,
    kept: false,
  };
}
