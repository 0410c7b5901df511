import type { FailureKind } from '../domain/job-attempt.ts';
import { endOfJob } from '../domain/job-status.ts';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { statusOf } from './azure-error.ts';
import { classifyFailure } from './classify-failure.ts';
import { describeFailure, type FailedPart } from './job-failure.ts';
import type { JobLogs } from './job-logs.ts';
import { firstFailed, type StepRun } from './step-runs.ts';

/** What is known of a job here. */
interface KnownJob {
  readonly jobName: string;
  readonly status: string;
  readonly error: string;
}

interface Parts {
  readonly kind: FailedPart['kind'];
  readonly runs: readonly StepRun[];
}

/**
 * A job that has failed, with why: what the run history says, and its kind where that is known. Others stay as they are: one
 * that was cancelled has not failed. Throws `azure-unavailable` where the history is away, since whether the job is
 * submitted again hangs on it; a refusal to tell is none, for a role may not have it. `parts`: of a pipeline its
 * steps, of a sweep its trials, of which the one that failed first says why.
 */
export async function explainFailure<Job extends KnownJob>(
  job: Job,
  logs: () => Promise<Pick<JobLogs, 'errorOf'>>,
  parts?: Parts,
): Promise<Job & { readonly kind?: FailureKind }> {
  if (endOfJob(job.status) !== 'failed' || job.status.toLowerCase() !== 'failed') return job;
  try {
    const failed = firstFailed(parts?.runs ?? []);
    const error = await (await logs()).errorOf(failed?.runId ?? job.jobName);
    const { message } = error ?? { message: '' };
    if (error === null && !failed) return job;
    const kind = error === null ? undefined : classifyFailure(error);
    const said = describeFailure(
      job.jobName,
      maskSecrets(message),
      failed && parts && { kind: parts.kind, name: failed.step },
    );
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

function isForbidden({ cause }: RatchetError): boolean {
  const status = statusOf(cause);
  return status === 401 || status === 403;
}
