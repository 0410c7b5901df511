import { RatchetError } from '../errors.ts';
import type { Tracking } from './tracking.ts';

/**
 * A job that has ended, with how long it ran by the tracking server of the workspace; without, where that does not
 * know or refuses to say. Throws `azure-unavailable` where it is away: what is given back of a budget hangs on it.
 */
export async function addComputeTime<Job extends { readonly jobName: string; readonly ended: boolean }>(
  job: Job,
  tracking: () => Promise<Pick<Tracking, 'findRun'>>,
): Promise<Job & { readonly computeMs?: number }> {
  if (!job.ended) return job;
  try {
    const run = await (await tracking()).findRun(job.jobName);
    if (!run?.startedAt || !run.endedAt) return job;
    return { ...job, computeMs: Math.max(0, Date.parse(run.endedAt) - Date.parse(run.startedAt)) };
  } catch (error) {
    if (error instanceof RatchetError && error.retryable) throw error;
    return job;
  }
}
