/** A job that failed, and that another one took the place of. */
import { type JobName, jobNameOf } from './job-name.ts';

/** Why a job failed, as far as it says whether another attempt may end otherwise. Closed; docs/runs.md lists each. */
export const failureKinds = [
  'throttled', // the service had too much to do
  'capacity', // no machine was free, or the quota was used up
  'preempted', // its machine was taken away, as those of low priority are
  'platform', // the service or the machine broke
  'code', // the job's own code failed, or ran out of its time
] as const;
export type FailureKind = (typeof failureKinds)[number];

const words: Readonly<Record<FailureKind, string>> = {
  throttled: 'the service was too busy',
  capacity: 'no machine was free',
  preempted: 'its machine was taken away',
  platform: 'the platform failed',
  code: 'its own code failed',
};

export const describeKind = (kind: FailureKind): string => words[kind];

export interface JobAttempt {
  readonly phase: JobName['phase'];
  /** From 1. */
  readonly attempt: number;
  readonly jobName: string;
  readonly kind: FailureKind;
  /** What the workspace says of it, in one line. */
  readonly said: string;
  /** ISO 8601, UTC. */
  readonly endedAt: string;
  /** When the next attempt was to be submitted (ISO 8601, UTC). */
  readonly againAt: string;
}

/** More jobs than any phase has: each kind allows ten repetitions, of the challenger's and of ten past champions' jobs. */
export const attemptsAtMost = 11 * (10 * failureKinds.length + 1);

interface RunOfJobs {
  readonly runId: string;
  readonly attempts?: readonly JobAttempt[];
  readonly pastChampions?: readonly { readonly jobName: string | null; readonly verdict: string | null }[];
}

/** The jobs that a run has had in a phase, the latest first; that one may not have been submitted yet. */
export function jobNamesIn(
  { runId, attempts = [], pastChampions = [] }: RunOfJobs,
  phase: JobName['phase'],
): readonly string[] {
  const failed = attempts.filter((attempt) => attempt.phase === phase).length;
  // Each was scored by a job of its own, and after one that passes there is no other.
  const scored = pastChampions.filter(({ jobName, verdict }) => jobName !== null && verdict !== 'passed');
  const before = failed + (phase === 'evaluate' ? scored.length : 0);
  return Array.from({ length: before + 1 }, (_, back) =>
    jobNameOf({ runId, phase, attempt: before + 1 - back }),
  );
}
