/** Submits a job of whatever kind the model file says, with what it needs to be there first. */
import type { AnyJobConfig } from '../config/schema.ts';
import { isElsewhere } from '../domain/elsewhere.ts';
import { RatchetError } from '../errors.ts';
import { buildAutoml } from './build-automl.ts';
import { buildJob, type JobRequest } from './build-job.ts';
import { buildPipeline } from './build-pipeline.ts';
import { buildPublished } from './build-published.ts';
import { buildSweep } from './build-sweep.ts';
import type { Job } from './describe-job.ts';
import { componentsOf, describeMisfits, type FoundComponents, findComponents } from './find-components.ts';
import type { Workspace } from './workspace.ts';

type AnyRequest = Omit<JobRequest, 'job'> & { readonly job: AnyJobConfig };

/** Throws `azure-refused` where a published component is not there, or does not fit what the model file binds. */
export async function submitAny(
  workspace: Workspace,
  jobName: string,
  { job, ...request }: AnyRequest,
): Promise<Job> {
  const { id } = workspace;
  if ('searchSpace' in job) return workspace.submitJob(jobName, buildSweep({ ...request, job }, id));
  if (isElsewhere(job))
    throw new TypeError(`${jobName} is no job of the workspace: start-training starts it`);
  if ('prepare' in job) {
    const { component, job: built } = buildAutoml({ ...request, job }, id);
    await workspace.components.register(component);
    return workspace.submitJob(jobName, built);
  }
  if ('command' in job) return workspace.submitJob(jobName, buildJob({ ...request, job }, id));
  const found = await checkComponents(workspace, jobName, { ...request, job });
  if ('machines' in job) {
    const [name = ''] = Object.keys(componentsOf(job));
    return workspace.submitJob(jobName, buildPublished({ ...request, job }, id, found[name]));
  }
  const built = buildPipeline({ ...request, job }, id, found);
  for (const component of Object.values(built.components)) await workspace.components.register(component);
  return workspace.submitJob(jobName, built.job);
}

async function checkComponents(
  { components }: Pick<Workspace, 'components'>,
  jobName: string,
  { job, champion }: AnyRequest,
): Promise<FoundComponents> {
  const { found, misfits } = await findComponents(job, components, { hasChampion: champion !== null });
  if (misfits.length === 0) return found;
  throw new RatchetError('azure-refused', `${describeMisfits(misfits)}. Nothing was submitted.`, {
    subject: { job: jobName },
  });
}
