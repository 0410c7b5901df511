import { tellTime } from '../../shared/azure/tell-end.ts';
import type { Workspace } from '../../shared/azure/workspace.ts';
import { attemptsAtMost } from '../../shared/domain/job-attempt.ts';
import { jobNameOf, readJobName } from '../../shared/domain/job-name.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('cancel-job', async ({ jobName }) => {
  return tellTime(await cancelLatest(await wiring.workspace(), jobName), wiring.runsMetrics);
});

/** An attempt begins once the one before it has ended: where this one has, or is not there, the next one may be alive. */
async function cancelLatest(workspace: Workspace, jobName: string): ReturnType<Workspace['cancelJob']> {
  const known = readJobName(jobName);
  for (let [name, attempt] = [jobName, known?.attempt ?? 1]; ; attempt++) {
    const job = await workspace.cancelJob(name).catch((error: unknown) => {
      if (error instanceof RatchetError && error.code === 'not-found') return error;
      throw error;
    });
    const isAlive = !(job instanceof RatchetError) && !job.ended;
    const next = known && attempt < attemptsAtMost ? jobNameOf({ ...known, attempt: attempt + 1 }) : null;
    if (!isAlive && next !== null && (await workspace.hasJob(next))) {
      name = next;
      continue;
    }
    if (job instanceof RatchetError) throw job;
    return job;
  }
}
