/**
 * Requests about jobs that the client cannot send as they must be. They go through its own pipeline (credential,
 * retries, TLS), and reject with a RestError, as the client does.
 */
import type { AzureMachineLearningWorkspaces, JobBase, PipelineJob } from '@azure/arm-machinelearning';
import type { PipelineResponse } from '@azure/core-rest-pipeline';
import type { SentSweep } from './build-sweep.ts';
import type { SentJob } from './job-compute.ts';

const apiVersion = '2022-10-01';
/** The first one of those whose specification we have read that has `queueSettings`. */
const newApiVersion = '2024-04-01';

export type AnySentJob = SentJob | PipelineJob | SentSweep;

/** Creates a job, past the client's serializer: it drops the `uri` of every input and output (azure-sdk-for-js 29328). */
export async function putJob(
  client: AzureMachineLearningWorkspaces,
  workspaceUrl: string,
  jobName: string,
  job: AnySentJob,
  abortSignal: AbortSignal,
): Promise<JobBase> {
  const url = `${workspaceUrl}/jobs/${encodeURIComponent(jobName)}`;
  const isOld = job.jobType === 'Command' && !job.queueSettings && job.computeId !== undefined;
  const version = isOld ? apiVersion : newApiVersion;
  const response = await send(client, 'PUT', url, { properties: job }, abortSignal, version);
  return parse(response.bodyAsText) as JobBase;
}

/**
 * Asks for a job's cancellation, and no more: the client would go on to ask for the operation's result, which lies
 * outside of the workspace, where the role of the app (AzureML Data Scientist) may read nothing.
 */
export async function cancelJob(
  client: AzureMachineLearningWorkspaces,
  workspaceUrl: string,
  jobName: string,
  abortSignal: AbortSignal,
): Promise<void> {
  await send(client, 'POST', `${workspaceUrl}/jobs/${encodeURIComponent(jobName)}/cancel`, null, abortSignal);
}

/** A job with the addresses of its outputs, past the client's serializer for the same reason. */
export async function readWholeJob(
  client: AzureMachineLearningWorkspaces,
  workspaceUrl: string,
  jobName: string,
  abortSignal: AbortSignal,
): Promise<JobWithOutputs> {
  const url = `${workspaceUrl}/jobs/${encodeURIComponent(jobName)}`;
  const { bodyAsText } = await send(client, 'GET', url, null, abortSignal, newApiVersion);
  return (parse(bodyAsText) ?? {}) as JobWithOutputs;
}

interface JobWithOutputs {
  readonly properties?: {
    readonly outputs?: Readonly<Record<string, { readonly uri?: unknown } | null>> | null;
  };
}

async function send(
  client: AzureMachineLearningWorkspaces,
  method: 'GET' | 'PUT' | 'POST',
  url: string,
  body: object | null,
  abortSignal: AbortSignal,
  version = apiVersion,
): Promise<PipelineResponse> {
  const { createHttpHeaders, createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline');
  const request = createPipelineRequest({
    url: `${url}?api-version=${version}`,
    method,
    headers: createHttpHeaders({
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
    }),
    ...(body && { body: JSON.stringify(body) }),
    abortSignal,
  });
  const response = await client.sendRequest(request);
  if (response.status >= 200 && response.status < 300) return response;
  const answer = parse(response.bodyAsText) as { error?: { code?: string; message?: string } } | undefined;
  const { code, message } = answer?.error ?? {};
  throw new RestError(message ?? `status ${response.status}`, {
    ...(code === undefined ? {} : { code }),
    statusCode: response.status,
    request,
    response,
  });
}

function parse(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
