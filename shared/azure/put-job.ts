import type { AzureMachineLearningWorkspaces, CommandJob, JobBase } from '@azure/arm-machinelearning';

const apiVersion = '2022-10-01';

/**
 * Creates a job through the client's own pipeline (credential, retries, TLS), but past its serializer, which drops
 * the `uri` of every input and output (azure-sdk-for-js issue 29328).
 *
 * Rejects with a RestError, as the client does.
 */
export async function putJob(
  client: AzureMachineLearningWorkspaces,
  workspaceUrl: string,
  jobName: string,
  job: CommandJob,
  abortSignal: AbortSignal,
): Promise<JobBase> {
  const { createHttpHeaders, createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline');
  const request = createPipelineRequest({
    url: `${workspaceUrl}/jobs/${encodeURIComponent(jobName)}?api-version=${apiVersion}`,
    method: 'PUT',
    headers: createHttpHeaders({ 'content-type': 'application/json', accept: 'application/json' }),
    body: JSON.stringify({ properties: job }),
    abortSignal,
  });
  const response = await client.sendRequest(request);
  const answer = parse(response.bodyAsText);
  if (response.status === 200 || response.status === 201) return answer as JobBase;
  const { code, message } = (answer as { error?: { code?: string; message?: string } })?.error ?? {};
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
