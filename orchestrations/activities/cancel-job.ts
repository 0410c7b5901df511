import { tellEnd, tellTime } from '../../shared/azure/tell-end.ts';
import type { Workspace } from '../../shared/azure/workspace.ts';
import type { Elsewhere, ToldTraining } from '../../shared/domain/elsewhere.ts';
import { attemptsAtMost } from '../../shared/domain/job-attempt.ts';
import { type JobName, jobNameOf, readJobName } from '../../shared/domain/job-name.ts';
import { orderOf, tellTraining } from '../../shared/elsewhere/tell-training.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { endSources } from './end-sources.ts';
import { findElsewhere, trainingSources } from './training-sources.ts';

defineStep('cancel-job', async ({ jobName }) => {
  // A ledger that is away keeps no job of the workspace alive.
  const found = await findElsewhere(jobName).catch((error: unknown) => ({ error }));
  if (found !== null && !('error' in found)) return cancelElsewhere(found);
  const job = await cancelLatest(await wiring.workspace(), jobName).catch((error: unknown) => {
    throw found !== null && isNotFound(error) ? found.error : error;
  });
  // A sweep or AutoML that was faster has a model, and only its runs say which.
  if (job.succeeded && (job.sweep || job.automl)) return tellEnd(job, endSources);
  return tellTime(job, wiring.runsMetrics);
});

async function cancelElsewhere(elsewhere: Elsewhere): Promise<ToldTraining> {
  const sources = await trainingSources(elsewhere);
  const seen = await sources.channel.cancel(orderOf(elsewhere), elsewhere.run);
  return tellTraining(elsewhere, seen, sources);
}

const isNotFound = (error: unknown): error is RatchetError =>
  error instanceof RatchetError && error.code === 'not-found';

/** An attempt begins once the one before it has ended: where this one has, or is not there, the next one may be alive. */
async function cancelLatest(workspace: Workspace, jobName: string): ReturnType<Workspace['cancelJob']> {
  const known = readJobName(jobName);
  let [name, attempt] = [jobName, known?.attempt ?? 1];
  for (;;) {
    const job = await workspace.cancelJob(name).catch((error: unknown) => {
      if (isNotFound(error)) return error;
      throw error;
    });
    const isAlive = !(job instanceof RatchetError) && !job.ended;
    const next = known && !isAlive ? await findNext(workspace, { ...known, attempt }) : null;
    if (next !== null) {
      [name, attempt] = [next.jobName, next.attempt];
      continue;
    }
    if (job instanceof RatchetError) throw job;
    return job;
  }
}

/** Of past champions, one whose job was refused leaves its number empty, and the challenger's has the next. */
async function findNext(
  workspace: Workspace,
  known: JobName & { readonly attempt: number },
): Promise<{ readonly jobName: string; readonly attempt: number } | null> {
  const last = known.attempt + (known.phase === 'evaluate' ? 2 : 1);
  for (let attempt = known.attempt + 1; attempt <= Math.min(last, attemptsAtMost); attempt++) {
    const jobName = jobNameOf({ ...known, attempt });
    if (await workspace.hasJob(jobName)) return { jobName, attempt };
  }
  return null;
}
