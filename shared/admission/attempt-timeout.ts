/** The time that all attempts of a job share, and a job that has but a part of it. Pure. */
import { parseDurationMs } from '../config/duration.ts';
import { hoursOf } from '../config/estimate.ts';
import type { JobConfig } from '../config/schema.ts';
import type { PipelineConfig } from '../config/training-schema.ts';

/** As an ISO 8601 duration. Of a pipeline it is the time of machines that its steps may take together. */
export function sharedTimeout(job: JobConfig | PipelineConfig): string {
  return 'steps' in job ? `PT${Math.round(hoursOf(job) * 3600)}S` : job.timeout;
}

/** The job with that much to share; the steps of a pipeline each have the same part of what the model file gives them. */
export function withTimeout<Job extends JobConfig | PipelineConfig>(job: Job, timeout: string): Job {
  if (!('steps' in job)) return { ...job, timeout };
  const part = parseDurationMs(timeout)! / parseDurationMs(sharedTimeout(job))!;
  if (part >= 1) return job;
  const steps = Object.entries(job.steps).map(([name, step]) => {
    const seconds = Math.max(1, Math.floor((parseDurationMs(step.timeout)! / 1000) * part));
    return [name, { ...step, timeout: `PT${seconds}S` }];
  });
  return { ...job, steps: Object.fromEntries(steps) };
}
