import { explainFailure } from '../../shared/azure/explain-failure.ts';
import { addComputeTime } from '../../shared/azure/job-time.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('get-job', async ({ jobName }) => {
  const job = await (await wiring.workspace()).getJob(jobName);
  return explainFailure(await addComputeTime(job, wiring.runsMetrics), wiring.jobLogs);
});
