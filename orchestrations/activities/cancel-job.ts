import { addComputeTime } from '../../shared/azure/job-time.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('cancel-job', async ({ jobName }) => {
  const job = await (await wiring.workspace()).cancelJob(jobName);
  return addComputeTime(job, wiring.runsMetrics);
});
