import { buildAutoml } from '../../shared/azure/build-automl.ts';
import { buildJob } from '../../shared/azure/build-job.ts';
import { buildPipeline } from '../../shared/azure/build-pipeline.ts';
import { buildSweep } from '../../shared/azure/build-sweep.ts';
import type { Job } from '../../shared/azure/describe-job.ts';
import { tellEnd } from '../../shared/azure/tell-end.ts';
import type { Workspace } from '../../shared/azure/workspace.ts';
import { isElsewhere } from '../../shared/domain/elsewhere.ts';
import { jobNameOf } from '../../shared/domain/job-name.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';
import type { Steps } from '../steps.ts';
import { endSources } from './end-sources.ts';

defineStep('submit-job', async (request) => {
  const jobName = jobNameOf(request);
  try {
    const job = await submit(await wiring.workspace(), jobName, request);
    return await tellEnd(job, endSources);
  } catch (error) {
    // A refusal is an answer: asking again would bring the same one.
    if (!isFinal(error)) throw error;
    // It has no log: it never became a job. The sentence it stands in sets the full stop.
    const why = error.message.replace(/\.$/, '');
    return { jobName, status: 'Refused', ended: true, succeeded: false, error: why, computeMs: 0 };
  }
});

async function submit(
  workspace: Workspace,
  jobName: string,
  { job, ...request }: Steps['submit-job']['input'],
): Promise<Job> {
  if ('searchSpace' in job)
    return workspace.submitJob(jobName, buildSweep({ ...request, job }, workspace.id));
  if (isElsewhere(job))
    throw new TypeError(`${jobName} is no job of the workspace: start-training starts it`);
  if ('prepare' in job) {
    const { component, job: built } = buildAutoml({ ...request, job }, workspace.id);
    await workspace.components.register(component);
    return workspace.submitJob(jobName, built);
  }
  if (!('steps' in job)) return workspace.submitJob(jobName, buildJob({ ...request, job }, workspace.id));
  const built = buildPipeline({ ...request, job }, workspace.id);
  for (const component of Object.values(built.components)) await workspace.components.register(component);
  return workspace.submitJob(jobName, built.job);
}
