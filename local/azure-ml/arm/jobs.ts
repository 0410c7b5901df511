import { localCloud } from '../../cloud-context.ts';
import type { Reply } from '../../http/json-exchange.ts';
import { notFound, userError } from '../../http/service-error.ts';
import { mergeDetails, noDetails, sameDefinition } from '../details.ts';
import type { Request } from '../http.ts';
import { checkJobName, parseJob } from '../job-definition.ts';
import { locateInput } from '../job-runner/inputs.ts';
import type { JobRunners } from '../job-runner/runners.ts';
import { isTerminal } from '../job-status.ts';
import type { Locator } from '../locate.ts';
import type { Params, Routes } from '../match.ts';
import { type AnyDefinition, type Finders, parsePipeline } from '../pipeline-definition.ts';
import { jobOfAnyStep } from '../pipeline-steps.ts';
import { type Job, type JobStore, jobProperties } from '../store/jobs.ts';
import { parseSweep } from '../sweep-definition.ts';
import { trialJob } from '../sweep-trial.ts';
import { listReply } from './listing.ts';
import { armResource, propertiesOf, provider } from './resource.ts';

interface JobRouteDependencies extends Finders {
  readonly jobs: JobStore;
  readonly runners: Pick<JobRunners, 'of'>;
  readonly locator: Locator;
  readonly trackingUri: string;
  logUrl(job: string): string;
  /** Forgets the job's files. */
  forget(job: string): void;
}

const alreadyExists =
  "A job with this name already exists. If you are trying to create a new job, use a different name. If you are trying to update an existing job, the existing job's Settings, Inputs cannot be changed. Only description, tags, displayName, properties, and isArchived can be updated.";

export function jobRoutes(deps: JobRouteDependencies): Routes {
  return {
    'GET /jobs': (request) => listJobs(request, deps),
    'GET /jobs/:name': (_request, params) => ({ status: 200, body: jobBody(findJob(deps, params), deps) }),
    'PUT /jobs/:name': (request, params) => putJob(request, params, deps),
    'DELETE /jobs/:name': (request, params) => deleteJob(request, params, deps),
    'POST /jobs/:name/cancel': (request, params) => cancelJob(request, params, deps),
  };
}

function listJobs(request: Request, deps: JobRouteDependencies): Reply {
  const jobType = request.query.get('jobType');
  // Steps of pipelines and trials of sweeps are none of the list.
  const jobs = deps.jobs
    .all()
    .filter(({ definition, partOf }) => !partOf && (jobType === null || definition.jobType === jobType));
  return listReply(request, jobs, (job) => jobBody(job, deps));
}

function putJob(request: Request, { name = '' }: Params, deps: JobRouteDependencies): Reply {
  checkJobName(name);
  const { definition, change } = parseAny(name, request, deps);
  const existing = deps.jobs.find(name);
  if (existing) {
    if (!sameDefinition(existing.definition, definition)) throw userError(alreadyExists);
    deps.jobs.setDetails(name, mergeDetails(existing.details, change));
    return { status: 200, body: jobBody(deps.jobs.find(name)!, deps) };
  }
  checkAll(name, definition, deps);
  const job = deps.jobs.add(name, definition, mergeDetails(noDetails, change));
  const reply = { status: 201, body: jobBody(job, deps) };
  deps.runners.of(definition).submit(name);
  return reply;
}

function parseAny(name: string, request: Request, finders: JobRouteDependencies) {
  const properties = propertiesOf(request.body);
  const version = request.query.get('api-version');
  switch (properties['jobType']) {
    case 'Pipeline':
      return parsePipeline(name, properties, finders);
    case 'Sweep':
      return parseSweep(properties, version);
    default:
      return parseJob(name, properties, version);
  }
}

/** Of a pipeline, what each of its steps will be, and of a sweep, its first trial; where outputs of steps will lie is not known before they run. */
function checkAll(
  name: string,
  definition: AnyDefinition,
  { locator, findComponent }: JobRouteDependencies,
): void {
  if (definition.jobType !== 'Pipeline') {
    const job = definition.jobType === 'Sweep' ? trialJob(name, definition, 0) : definition;
    checkReferences(job, locator);
    return;
  }
  const somewhere = `azureml://datastores/${localCloud.datastore}/paths/azureml/`;
  for (const [step, node] of Object.entries(definition.jobs)) {
    const place = { jobName: step, pipeline: definition, findComponent, outputUri: () => somewhere };
    checkReferences(jobOfAnyStep(step, node, place), locator);
  }
}

/** What a job names must exist when it is submitted; whether the blobs do, its start will tell. */
function checkReferences(definition: AnyDefinition, locator: Locator): void {
  if (definition.jobType === 'Command' && definition.codeId !== undefined)
    locator.locate('codeId', definition.codeId, 'codes');
  for (const [name, input] of Object.entries(definition.inputs)) {
    if (input.jobInputType !== 'literal') locateInput(name, input, locator);
  }
  for (const [name, output] of Object.entries(definition.outputs)) {
    locator.locate(`outputs.${name}`, output.uri ?? '', 'data');
  }
}

function cancelJob(request: Request, params: Params, deps: JobRouteDependencies): Reply {
  const job = findJob(deps, params);
  // A job that has ended stays as it is: who cancels twice, or too late, has what they wanted.
  if (isTerminal(job.status) || deps.runners.of(job.definition).cancel(job.name)) return { status: 200 };
  return pending(request, `jc:${job.name}`);
}

function deleteJob(request: Request, params: Params, deps: JobRouteDependencies): Reply {
  const job = deps.jobs.find(params['name'] ?? '');
  if (!job) return { status: 204 };
  if (!isTerminal(job.status)) {
    throw userError(`Job ${job.name} is ${job.status}; cancel it and wait for its end before deleting it.`);
  }
  for (const { name } of [...deps.jobs.stepsOf(job.name), job]) {
    deps.jobs.remove(name);
    deps.forget(name);
  }
  return pending(request, `jd:${job.name}`);
}

/**
 * Where a caller would ask whether a cancellation or deletion has come to its end lies outside of the workspace, and is not
 * answered (online-replies.ts).
 */
function pending(request: Request, operation: string): Reply {
  const path = `/subscriptions/${localCloud.subscriptionId}/providers/${provider}/locations/local/mfeOperationResults/${operation}`;
  const version = request.query.get('api-version') ?? '';
  return {
    status: 202,
    headers: { location: `${request.origin}${path}?api-version=${version}`, 'retry-after': '10' },
  };
}

function findJob(deps: JobRouteDependencies, { name = '' }: Params): Job {
  const job = deps.jobs.find(name);
  if (!job) throw notFound(`Job ${name}`);
  return job;
}

function jobBody(job: Job, deps: JobRouteDependencies): object {
  const service = (jobServiceType: string, endpoint: string) => ({ jobServiceType, endpoint });
  return armResource(`jobs/${job.name}`, 'jobs', job, {
    ...job.definition,
    ...job.details,
    displayName: job.details.displayName ?? job.name,
    properties: jobProperties(job),
    status: job.status,
    parameters: {},
    services: {
      Tracking: service('Tracking', deps.trackingUri),
      Studio: service('Studio', deps.logUrl(job.name)),
    },
  });
}
