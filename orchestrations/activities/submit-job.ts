import { buildJob, jobNameOf } from '../../shared/azure/build-job.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('submit-job', async (input) => {
  const workspace = await wiring.workspace();
  return workspace.submitJob(jobNameOf(input), buildJob(input, workspace.id));
});
