/** The time that all attempts of a job share, and a job that has but a part of it. Pure. */
import { partOfAutomlLimits } from '../config/automl-time.ts';
import { parseDurationMs } from '../config/duration.ts';
import { hoursOf } from '../config/estimate.ts';
import type { AnyJobConfig } from '../config/schema.ts';
import { partOfLimits } from '../config/sweep-time.ts';

/** Whether a job is several that run beside each other: what they share is the time of machines. */
export function hasParts<Job extends AnyJobConfig>(
  job: Job,
): job is Exclude<Job, { readonly timeout: string }> {
  return !('timeout' in job);
}

/** As an ISO 8601 duration. Of a pipeline, a sweep or AutoML it is the time of machines that its steps or trials may take together. */
export function sharedTimeout(job: AnyJobConfig): string {
  return 'timeout' in job ? job.timeout : `PT${Math.round(hoursOf(job) * 3600)}S`;
}

/**
 * The job with that much to share: the steps of a pipeline each have the same part of what the model file gives them, a sweep has
 * that part of its trials, and AutoML of its time.
 */
export function withTimeout<Job extends AnyJobConfig>(job: Job, timeout: string): Job {
  if ('timeout' in job) return { ...job, timeout };
  const part = parseDurationMs(timeout)! / parseDurationMs(sharedTimeout(job))!;
  if (part >= 1) return job;
  if ('searchSpace' in job) return { ...job, limits: partOfLimits(job, part) };
  const shorter = <Step extends { readonly timeout: string }>(step: Step): Step => {
    const seconds = Math.max(1, Math.floor((parseDurationMs(step.timeout)! / 1000) * part));
    return { ...step, timeout: `PT${seconds}S` };
  };
  if ('prepare' in job)
    return { ...job, prepare: shorter(job.prepare), limits: partOfAutomlLimits(job, part) };
  const steps = Object.entries(job.steps).map(([name, step]) => [name, shorter(step)]);
  return { ...job, steps: Object.fromEntries(steps) };
}
