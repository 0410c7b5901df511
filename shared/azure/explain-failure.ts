import type { FailureKind } from '../domain/job-attempt.ts';
import { endOfJob } from '../domain/job-status.ts';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { statusOf } from './azure-error.ts';
import { classifyFailure } from './classify-failure.ts';
import { describeFailure, type FailedPart } from './job-failure.ts';
import type { JobLogs } from './job-logs.ts';
import { firstFailed, type StepRun, trialOf } from './step-runs.ts';

/** What is known of a job here. */
interface KnownJob {
  readonly jobName: string;
  readonly status: string;
  readonly error: string;
}

/**
 * A job that has failed, with why: what the run history says, and its kind where that is known. Others stay as they are: one
 * that was cancelled has not failed. Throws `azure-unavailable` where the history is away, since whether the job is
 * submitted again hangs on it; a refusal to tell is none, for a role may not have it. `runs`: of a pipeline those of its
 * steps, of a sweep those of its trials, of which the one that failed first says why.
 */
export async function explainFailure<Job extends KnownJob>(
  job: Job,
  logs: () => Promise<Pick<JobLogs, 'errorOf'>>,
  runs: readonly StepRun[] = [],
): Promise<Job & { readonly kind?: FailureKind }> {
  if (endOfJob(job.status) !== 'failed' || job.status.toLowerCase() !== 'failed') return job;
  try {
    const failed = firstFailed(runs);
    const error = await (await logs()).errorOf(failed?.runId ?? job.jobName);
    const { message } = error ?? { message: '' };
    if (error === null && !failed) return job;
    const kind = error === null ? undefined : classifyFailure(error);
    const said = describeFailure(job.jobName, maskSecrets(message), partOf(failed, job.jobName));
    return {
      ...job,
      ...((message !== '' || failed) && { error: said }),
      ...(kind !== undefined && { kind }),
    };
  } catch (error) {
    if (error instanceof RatchetError && error.retryable && !isForbidden(error)) throw error;
    return job;
  }
}

function partOf(failed: StepRun | undefined, jobName: string): FailedPart | undefined {
  if (!failed) return undefined;
  return { kind: trialOf(failed.runId, jobName) === null ? 'step' : 'trial', name: failed.step };
}

function isForbidden({ cause }: RatchetError): boolean {
  const status = statusOf(cause);
  return status === 401 || status === 403;
}
