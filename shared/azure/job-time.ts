import type { Tracking } from './tracking.ts';

/**
 * A job that has ended, with how long it ran by the tracking server of the workspace. Where that does not say, or does
 * not answer, the job stays as it is: nothing about a run hangs on it but what is given back of its budget.
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
  } catch {
    return job;
  }
}
