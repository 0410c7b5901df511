import { tellEnd } from '../../shared/azure/tell-end.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('get-job', async ({ jobName }) => {
  const job = await (await wiring.workspace()).getJob(jobName);
  return tellEnd(job, { tracking: wiring.runsMetrics, logs: wiring.jobLogs });
});
