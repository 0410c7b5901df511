import { addComputeTime } from '../../shared/azure/job-time.ts';
import type { Workspace } from '../../shared/azure/workspace.ts';
import { jobNameOf, readJobName } from '../../shared/domain/job-name.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('cancel-job', async ({ jobName }) => {
  const workspace = await wiring.workspace();
  const job = await workspace.cancelJob(await findLatest(workspace, jobName));
  // That it has ended is what its run waits for; how long it ran can be missed.
  return addComputeTime(job, wiring.runsMetrics).catch(() => job);
});

/** An attempt begins once the one before it has ended: of those that are there the last alone may be alive. */
async function findLatest(workspace: Workspace, jobName: string): Promise<string> {
  const known = readJobName(jobName);
  if (known === null) return jobName;
  for (let { attempt } = known; ; attempt++) {
    const next = jobNameOf({ ...known, attempt: attempt + 1 });
    if (!(await workspace.hasJob(next))) return jobNameOf({ ...known, attempt });
  }
}
