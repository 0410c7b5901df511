import type { HttpClient, Pipeline, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { RatchetError } from '../errors.ts';
import { azureError } from './azure-error.ts';
import { callLimit, retryOptions } from './call-limits.ts';

export interface TrackingOptions {
  /** As the workspace names it: `azureml://HOST/mlflow/…`. */
  readonly trackingUri: () => Promise<string>;
  readonly credential: TokenCredential;
  readonly scope: string;
  readonly tls: { readonly tlsOptions?: { ca: string[] } };
}

/** What the tracking server has of a job. */
export interface TrackedRun {
  /** The last value of each metric; NaN where it is no number. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** The metrics jobs have logged through MLflow, read from the tracking server of the workspace. */
export class Tracking {
  readonly #trackingUri: () => Promise<string>;
  readonly #http: HttpClient;
  readonly #pipeline: Pipeline;
  readonly #newRequest: (options: { url: string; abortSignal: AbortSignal }) => PipelineRequest;

  constructor(
    sdk: typeof import('@azure/core-rest-pipeline'),
    { trackingUri, credential, scope, tls }: TrackingOptions,
  ) {
    this.#trackingUri = trackingUri;
    this.#http = sdk.createDefaultHttpClient();
    this.#pipeline = sdk.createPipelineFromOptions({
      retryOptions,
      ...tls,
    });
    this.#pipeline.addPolicy(sdk.bearerTokenAuthenticationPolicy({ credential, scopes: scope }));
    this.#newRequest = sdk.createPipelineRequest;
  }

  /** The last value of each metric of a job; none where the job has logged nothing. */
  async metricsOf(jobName: string): Promise<Readonly<Record<string, number>>> {
    return (await this.findRun(jobName))?.metrics ?? {};
  }

  /** A job as it was logged, or null where the tracking server knows none of that name. */
  async findRun(jobName: string): Promise<TrackedRun | null> {
    const asked = `reading the metrics of job ${jobName}`;
    const subject = { job: jobName };
    const root = (await this.#trackingUri()).replace(/^azureml:/, 'https:').replace(/\/+$/, '');
    const url = `${root}/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(jobName)}`;
    let response: PipelineResponse;
    try {
      const request = this.#newRequest({ url, ...callLimit() });
      response = await this.#pipeline.sendRequest(this.#http, request);
    } catch (error) {
      throw azureError(asked, subject, error);
    }
    const body = response.bodyAsText ?? '';
    if (response.status === 404) return null;
    if (response.status !== 200) {
      throw azureError(asked, subject, { statusCode: response.status, ...parseFailure(body) });
    }
    return { metrics: parseMetrics(body, asked, subject), tags: parseTags(body) };
  }
}

/** A value that is no finite number stays one (NaN): the gate is to see that it was logged. */
export function parseMetrics(
  body: string,
  asked: string,
  subject: Readonly<Record<string, string>>,
): Record<string, number> {
  let answer: { run?: { data?: { metrics?: readonly { key?: unknown; value?: unknown }[] } } } | null;
  try {
    answer = JSON.parse(body);
  } catch (cause) {
    throw new RatchetError('azure-refused', `${asked}: the answer is not JSON`, { subject, cause });
  }
  const metrics = answer?.run?.data?.metrics ?? [];
  return Object.fromEntries(
    metrics.flatMap(({ key, value }) =>
      typeof key === 'string' ? [[key, Number(value ?? Number.NaN)]] : [],
    ),
  );
}

/** Of a body that `parseMetrics` has read. */
function parseTags(body: string): Record<string, string> {
  const answer = JSON.parse(body) as {
    run?: { data?: { tags?: readonly { key?: unknown; value?: unknown }[] } };
  };
  const tags = answer?.run?.data?.tags ?? [];
  return Object.fromEntries(tags.map(({ key, value }) => [String(key), String(value ?? '')]));
}

/** MLflow says what is wrong in one way, the service before it in another. */
function parseFailure(body: string): { code?: unknown; message: unknown } {
  try {
    const { error_code, message, error } = JSON.parse(body) ?? {};
    return { code: error?.code ?? error_code, message: error?.message ?? message };
  } catch {
    return { message: body };
  }
}
