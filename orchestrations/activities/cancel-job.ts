import { addComputeTime } from '../../shared/azure/job-time.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('cancel-job', async ({ jobName }) => {
  const job = await (await wiring.workspace()).cancelJob(jobName);
  // That it has ended is what its run waits for; how long it ran can be missed.
  return addComputeTime(job, wiring.runsMetrics).catch(() => job);
});
