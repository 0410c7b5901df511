/**
 * Asks a deployment of an online endpoint for a prediction, past the endpoint's traffic.
 *
 * Owns: one request, and how much of its answer is read. Does not own: what is a good answer.
 *
 * Source: "Perform safe rollout of new deployments for real-time inference": the header `azureml-model-deployment`.
 *
 * Invariants
 * 1. What lets us in goes over TLS, to the address of the endpoint alone: no redirect is followed.
 * 2. However much a deployment answers, no more than `answerLimitBytes` is kept.
 */
import type { HttpClient, Pipeline, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { RatchetError } from '../errors.ts';
import { azureError } from './azure-error.ts';
import { callTimeoutMs, retryOptions } from './call-limits.ts';
import type { Asked } from './resource-manager.ts';
import type { TlsOptions } from './tls.ts';

interface Question {
  readonly uri: string;
  readonly deployment: string;
  /** A key or a token. */
  readonly secret: string;
  readonly body: unknown;
  /** Over all questions that belong together. */
  readonly signal: AbortSignal;
}

export type ScoringAnswer =
  /**
   * `modelStatus`: what the container answered, where the endpoint says so; null: it does not. `isCut`: it is longer than
   * what is kept, or has broken off.
   */
  | {
      readonly status: number;
      readonly modelStatus: number | null;
      readonly text: string;
      readonly isCut: boolean;
    }
  /** None came in time. */
  | null;

const answerLimitBytes = 1024 * 1024;

export class Scoring {
  readonly #sdk: typeof import('@azure/core-rest-pipeline');
  readonly #http: HttpClient;
  readonly #pipeline: Pipeline;

  constructor(sdk: typeof import('@azure/core-rest-pipeline'), tls: TlsOptions) {
    this.#sdk = sdk;
    this.#http = sdk.createDefaultHttpClient();
    // Its retries outlast a short throttling (429) or a gateway that is busy.
    this.#pipeline = sdk.createPipelineFromOptions({ retryOptions, ...tls });
    this.#pipeline.removePolicy({ name: sdk.redirectPolicyName });
  }

  /** Errors: `azure-unavailable` where the endpoint cannot be reached; `azure-refused` where it has no https address. */
  async ask({ asked, subject }: Asked, question: Question): Promise<ScoringAnswer> {
    if (!question.uri.startsWith('https://')) {
      const message = `${asked}: its scoring address must begin with https://; found ${JSON.stringify(question.uri)}`;
      throw new RatchetError('azure-refused', message, { subject });
    }
    const signal = AbortSignal.any([question.signal, AbortSignal.timeout(callTimeoutMs)]);
    try {
      const response = await this.#pipeline.sendRequest(this.#http, this.#request(question, signal));
      const modelStatus = readStatus(response.headers.get('ms-azureml-model-error-statuscode'));
      const answer = { status: response.status, modelStatus, ...(await readText(response)) };
      return signal.aborted ? null : answer;
    } catch (error) {
      if (signal.aborted) return null;
      throw azureError(asked, subject, error);
    }
  }

  #request({ uri, deployment, secret, body }: Question, abortSignal: AbortSignal): PipelineRequest {
    const request = this.#sdk.createPipelineRequest({
      ...{ url: uri, method: 'POST', body: JSON.stringify(body), abortSignal },
    });
    request.headers.set('content-type', 'application/json');
    request.headers.set('authorization', `Bearer ${secret}`);
    request.headers.set('azureml-model-deployment', deployment);
    request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
    return request;
  }
}

function readStatus(header: string | undefined): number | null {
  return header !== undefined && /^[1-5]\d\d$/.test(header) ? Number(header) : null;
}

async function readText({
  readableStreamBody,
  bodyAsText,
}: PipelineResponse): Promise<{ text: string; isCut: boolean }> {
  const chunks: Buffer[] = bodyAsText ? [Buffer.from(bodyAsText)] : [];
  let bytes = 0;
  let isBroken = false;
  try {
    // Whoever leaves the loop early ends the download.
    for await (const chunk of readableStreamBody ?? []) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > answerLimitBytes) break;
    }
  } catch {
    // An answer that breaks off is an answer, of a deployment that is not well.
    isBroken = true;
  }
  const text = Buffer.concat(chunks).subarray(0, answerLimitBytes).toString('utf8');
  return { text, isCut: isBroken || bytes > answerLimitBytes };
}
