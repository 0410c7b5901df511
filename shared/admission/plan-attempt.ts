/**
 * Whether a job that failed is submitted again, and when. Pure.
 *
 * Owns: the limit of each kind, the pauses, and that all attempts together take no longer than the job's timeout.
 * Does not own: why it failed (shared/azure/classify-failure.ts), freezes and the kill switch (run-attempts asks).
 *
 * Invariants
 * 1. All attempts of a job together run no longer than its timeout: what the run reserved of a budget is never exceeded.
 * 2. Each kind has a limit of its own; a failure that nobody can name is not repeated.
 * 3. None begins after the run's time is over.
 */
import { parseDurationMs } from '../config/duration.ts';
import { limitOf } from '../config/retry-limits.ts';
import type { JobConfig } from '../config/schema.ts';
import { describeKind, type FailureKind } from '../domain/job-attempt.ts';
import { counted } from '../domain/plural.ts';
import { formatMs, isoOf } from './time.ts';

interface Failed {
  /** The timeout of a pipeline is the time of machines that its steps may take together, and so is what an attempt ran. */
  readonly job: Pick<JobConfig, 'timeout'> & { readonly retries?: JobConfig['retries'] };
  /** Undefined where the workspace does not say. */
  readonly kind: FailureKind | undefined;
  /** Kinds of the failures before, of this job. */
  readonly before: readonly FailureKind[];
  /** How long each attempt ran, this one included. */
  readonly ranMs: readonly number[];
  readonly nowMs: number;
  /** When the run's time is over. */
  readonly untilMs: number;
}

type Plan =
  | { readonly atMs: number; readonly timeout: string; readonly because: string }
  /** `why` is empty where there is nothing to say. */
  | { readonly why: string };

const longestPauseMs = 3_600_000;

export function planAttempt({ job, kind, before, ranMs, nowMs, untilMs }: Failed): Plan {
  if (kind === undefined) return { why: '' };
  const { times, waitMs } = limitOf(kind, job.retries);
  const done = before.filter((one) => one === kind).length;
  const words = describeKind(kind);
  if (done >= times)
    return { why: times === 0 ? '' : `${words}, after ${counted(times, 'repetition')} for that` };
  const usedMs = ranMs.reduce((sum, ms) => sum + ms, 0);
  const leftMs = Math.floor((parseDurationMs(job.timeout)! - usedMs) / 1000) * 1000;
  // An attempt begins from nothing: with less time than the longest one has had it would not get further.
  if (leftMs < Math.max(1000, ...ranMs)) {
    const left = leftMs < 1000 ? 'nothing' : formatMs(leftMs);
    return { why: `${words}, and ${left} is left of its timeout ${job.timeout}, which all attempts share` };
  }
  const atMs = nowMs + Math.min(waitMs * 2 ** done, Math.max(longestPauseMs, waitMs));
  if (atMs >= untilMs) return { why: `${words}, and the run's time is over at ${isoOf(untilMs)}` };
  const timeout = usedMs === 0 ? job.timeout : `PT${leftMs / 1000}S`;
  return { atMs, timeout, because: `${words} (repetition ${done + 1} of ${times})` };
}
