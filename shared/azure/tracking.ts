import type {
  HttpClient,
  Pipeline,
  PipelineRequest,
  PipelineRequestOptions,
  PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { RatchetError } from '../errors.ts';
import { azureError, isAbsent } from './azure-error.ts';
import { callLimit, retryOptions } from './call-limits.ts';
import type { TlsOptions } from './tls.ts';
import { type TrackedRun, toTrackedRun } from './tracked-run.ts';

export interface TrackingOptions {
  /** As the workspace names it: `azureml://HOST/mlflow/…`. */
  readonly trackingUri: () => Promise<string>;
  readonly credential: TokenCredential;
  readonly scope: string;
  readonly tls: TlsOptions;
}

interface RunSearch {
  readonly experimentId: string;
  /** As MLflow writes them; empty: all. */
  readonly filter: string;
  readonly limit: number;
  /** Runs asked for at once. Omitted: 999; Azure refuses more in places (mlflow issue 10694). */
  readonly pageSize?: number;
}

/** What was asked for, and about what: for errors. */
interface Asked {
  readonly asked: string;
  readonly subject: Readonly<Record<string, string>>;
}

/** What jobs have logged through MLflow, and the runs themselves, read from the tracking server of the workspace. */
export class Tracking {
  readonly #trackingUri: () => Promise<string>;
  readonly #http: HttpClient;
  readonly #pipeline: Pipeline;
  readonly #newRequest: (options: PipelineRequestOptions) => PipelineRequest;

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

  /** A run with its tags, or null where the workspace has none of that id. */
  async findRun(runId: string): Promise<TrackedRun | null> {
    const asked = { asked: `reading run ${runId}`, subject: { run: runId } };
    const body = await this.#call(asked, `runs/get?run_id=${encodeURIComponent(runId)}`);
    return body === null ? null : toTrackedRun(parseAnswer(body, asked)['run']);
  }

  /** The runs of an experiment that the filter lets through, latest first: `limit` of them at most. */
  async searchRuns({
    experimentId,
    filter,
    limit,
    pageSize = 999,
  }: RunSearch): Promise<readonly TrackedRun[]> {
    const asked = {
      asked: `searching the runs of experiment ${experimentId}`,
      subject: { experiment: experimentId },
    };
    const found: TrackedRun[] = [];
    for (let pageToken: string | undefined; ; ) {
      const body = await this.#call(asked, 'runs/search', {
        experiment_ids: [experimentId],
        filter,
        max_results: Math.min(limit - found.length, pageSize),
        order_by: ['start_time DESC'],
        ...(pageToken !== undefined && { page_token: pageToken }),
      });
      const { runs, next_page_token: next } = body === null ? {} : parseAnswer(body, asked);
      if (Array.isArray(runs)) found.push(...runs.map(toTrackedRun).filter((run) => run !== null));
      if (found.length >= limit || typeof next !== 'string' || next === '' || next === pageToken)
        return found.slice(0, limit);
      pageToken = next;
    }
  }

  /** The body of the answer; null for 404. A body to send makes it a POST. */
  async #call({ asked, subject }: Asked, call: string, send?: object): Promise<string | null> {
    const root = (await this.#trackingUri()).replace(/^azureml:/, 'https:').replace(/\/+$/, '');
    let response: PipelineResponse;
    try {
      const request = this.#newRequest({
        url: `${root}/api/2.0/mlflow/${call}`,
        ...(send && { method: 'POST', body: JSON.stringify(send) }),
        ...callLimit(),
      });
      if (send) request.headers.set('content-type', 'application/json');
      response = await this.#pipeline.sendRequest(this.#http, request);
    } catch (error) {
      throw azureError(asked, subject, error);
    }
    const body = response.bodyAsText ?? '';
    if (response.status === 200) return body;
    // Not the whole response: it leads to the request, and that to the token.
    const answer = { headers: response.headers, bodyAsText: body };
    const failure = { statusCode: response.status, response: answer, ...parseFailure(body) };
    if (isAbsent(failure)) return null;
    throw azureError(asked, subject, failure);
  }
}

/** Throws `azure-unavailable` for what is no JSON: something in front of the service has answered. */
export function parseAnswer(body: string, { asked, subject }: Asked): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(body) as Record<string, unknown> | null) ?? {};
  } catch (cause) {
    throw new RatchetError('azure-unavailable', `${asked}: the response is not JSON`, { subject, cause });
  }
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
