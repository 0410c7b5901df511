/**
 * Resources of the workspace by raw REST, of an API version that knows more of them than the client does.
 *
 * Owns: one call, its page after page, and what its failures mean. Does not own: what the resources hold.
 *
 * The client of the workspace (2.1.1, of 2022-10-01) drops fields that it does not know from what it sends, such as
 * `mirrorTraffic` of an endpoint: a PUT of what it has read would erase them.
 *
 * Invariants
 * 1. The token goes to Resource Manager and nowhere else, whatever address an answer names.
 * 2. 409 is an outage, not a refusal: here it says that another change is under way, which ends.
 * 3. No error holds a header of a request or the body of an answer that was a success.
 */
import type { HttpClient, Pipeline, PipelineResponse } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { RatchetError } from '../errors.ts';
import { azureError, isAbsent, statusOf } from './azure-error.ts';
import { callLimit, retryOptions } from './call-limits.ts';
import type { TlsOptions } from './tls.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What is asked for, and about what: for errors. */
export interface Asked {
  readonly asked: string;
  readonly subject: Readonly<Record<string, string>>;
}

interface ResourceManagerOptions {
  readonly endpoint: string;
  readonly credential: TokenCredential;
  readonly scope: string;
  readonly tls: TlsOptions;
}

/** The newest stable version whose specification was read: it has `mirrorTraffic`, as all have since 2023-04-01. */
const apiVersion = '2024-04-01';
/** So many pages of a list are read: more than any of what is asked for here can have. */
const pagesAtMost = 100;

export class ResourceManager {
  readonly #sdk: typeof import('@azure/core-rest-pipeline');
  readonly #endpoint: string;
  readonly #http: HttpClient;
  readonly #pipeline: Pipeline;

  constructor(
    sdk: typeof import('@azure/core-rest-pipeline'),
    { endpoint, credential, scope, tls }: ResourceManagerOptions,
  ) {
    this.#sdk = sdk;
    this.#endpoint = endpoint;
    this.#http = sdk.createDefaultHttpClient();
    this.#pipeline = sdk.createPipelineFromOptions({ retryOptions, ...tls });
    this.#pipeline.addPolicy(sdk.bearerTokenAuthenticationPolicy({ credential, scopes: scope }));
  }

  /** The resource of an id, or null where there is none. */
  async find(asked: Asked, id: string): Promise<Json | null> {
    return this.#orNull(this.#send(asked, 'GET', this.#url(id)));
  }

  /** What an answer named by its address, such as how an operation went. Throws where that is another's address. */
  async follow(asked: Asked, url: string): Promise<Json> {
    const own = URL.parse(url);
    if (own?.origin === new URL(this.#endpoint).origin && own.pathname.startsWith('/subscriptions/'))
      return this.#send(asked, 'GET', url);
    const host = own?.host ?? 'no address';
    throw new RatchetError('azure-unavailable', `${asked.asked}: the answer leads to ${host}`, asked);
  }

  /** Every resource of a collection; of another provider than the workspace's by a version of its own. */
  async list(asked: Asked, id: string, version = apiVersion): Promise<readonly Json[]> {
    const found: Json[] = [];
    let page = await this.#send(asked, 'GET', this.#url(id, version));
    for (let pages = 1; ; pages++) {
      if (!Array.isArray(page['value']))
        throw new RatchetError('azure-unavailable', `${asked.asked}: the answer holds no list`, asked);
      found.push(...(page['value'] as Json[]));
      const next = page['nextLink'];
      if (typeof next !== 'string' || next === '' || pages === pagesAtMost) return found;
      page = await this.follow(asked, next);
    }
  }

  /** Has a resource be as the body says, all of it, and answers it as it is then; it may be made for a while. */
  put(asked: Asked, id: string, body: object): Promise<Json> {
    return this.#send(asked, 'PUT', this.#url(id), body);
  }

  /** An action of a resource. */
  post(asked: Asked, id: string, action: string): Promise<Json> {
    return this.#send(asked, 'POST', this.#url(`${id}/${action}`), {});
  }

  /** Begins to delete a resource. One that is gone stays so. */
  async delete(asked: Asked, id: string): Promise<void> {
    await this.#orNull(this.#send(asked, 'DELETE', this.#url(id)));
  }

  #url(id: string, version = apiVersion): string {
    return `${this.#endpoint}${id}?api-version=${version}`;
  }

  async #orNull(answer: Promise<Json>): Promise<Json | null> {
    try {
      return await answer;
    } catch (error) {
      if (isAbsent((error as Error).cause)) return null;
      throw error;
    }
  }

  async #send(
    asked: Asked,
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    body?: object,
  ): Promise<Json> {
    const request = this.#sdk.createPipelineRequest({ url, method, ...callLimit() });
    if (body) {
      request.body = JSON.stringify(body);
      request.headers.set('content-type', 'application/json');
    }
    let response: PipelineResponse;
    try {
      response = await this.#pipeline.sendRequest(this.#http, request);
    } catch (error) {
      throw azureError(asked.asked, asked.subject, error);
    }
    if (response.status >= 200 && response.status < 300) return parseAnswer(asked, response);
    throw failureOf(asked, response);
  }
}

function parseAnswer({ asked, subject }: Asked, { status, bodyAsText }: PipelineResponse): Json {
  if (status === 202 || !bodyAsText) return {};
  try {
    const answer: unknown = JSON.parse(bodyAsText ?? '');
    if (answer && typeof answer === 'object' && !Array.isArray(answer)) return answer as Json;
  } catch {
    // Said below: the parser's own words may quote the answer, which may be a key.
  }
  throw new RatchetError('azure-unavailable', `${asked}: the answer is not a JSON object`, { subject });
}

function failureOf(
  { asked, subject }: Asked,
  { status, headers, bodyAsText }: PipelineResponse,
): RatchetError {
  // Not the whole response: it leads to the request, and that to the token.
  const cause = { statusCode: status, response: { headers, bodyAsText }, ...readFailure(bodyAsText ?? '') };
  const error = azureError(asked, subject, cause);
  if (status !== 409) return error;
  return new RatchetError('azure-unavailable', error.message, { subject, cause });
}

/** Whether a change was not begun because another one is under way. */
export function isUnderWay(error: unknown): boolean {
  return statusOf((error as Error).cause) === 409;
}

function readFailure(body: string): { code?: unknown; message: unknown } {
  try {
    const { error } = JSON.parse(body) ?? {};
    return { code: error?.code, message: error?.message ?? body };
  } catch {
    return { message: body };
  }
}
