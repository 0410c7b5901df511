import { buildJob } from '../../shared/azure/build-job.ts';
import { explainFailure } from '../../shared/azure/explain-failure.ts';
import { addComputeTime } from '../../shared/azure/job-time.ts';
import { jobNameOf } from '../../shared/domain/job-name.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';

defineStep('submit-job', async (request) => {
  const jobName = jobNameOf(request);
  try {
    const workspace = await wiring.workspace();
    const job = await workspace.submitJob(jobName, buildJob(request, workspace.id));
    return await explainFailure(await addComputeTime(job, wiring.runsMetrics), wiring.jobLogs);
  } catch (error) {
    // A refusal is an answer: asking again would bring the same one.
    if (!isFinal(error)) throw error;
    // It has no log: it never became a job. The sentence it stands in sets the full stop.
    const why = error.message.replace(/\.$/, '');
    return { jobName, status: 'Refused', ended: true, succeeded: false, error: why, computeMs: 0 };
  }
});
