/**
 * JSON over HTTPS with a service that runs pipelines.
 *
 * Owns: one call, and what its failures mean. Does not own: what is asked, and what the answers hold.
 *
 * Invariants
 * 1. What lets us in goes to the service's address alone: no redirect is followed.
 * 2. Nothing is sent twice within a call: a repeated start could be a second one, and whoever calls looks first.
 * 3. No error holds a header of a request, or the body of an answer that was a success.
 */
import type { HttpClient, Pipeline, PipelineResponse } from '@azure/core-rest-pipeline';
import { azureError } from '../../azure/azure-error.ts';
import { callLimit } from '../../azure/call-limits.ts';
import type { TlsOptions } from '../../azure/tls.ts';
import { RatchetError } from '../../errors.ts';

export type Json = Readonly<Record<string, unknown>>;

interface RestOptions {
  /** For people. */
  readonly service: string;
  /** `https://…`, without a slash at its end. */
  readonly baseUrl: string;
  readonly tls: TlsOptions;
  /** Headers that let a call in, from the text of its body. */
  readonly authorize: (call: Call, text: string) => Promise<Readonly<Record<string, string>>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is to be done about a refusal, from its status; empty: nothing is known. */
  readonly advise: (status: number) => string;
}

export interface Call {
  /** For errors: what is asked for, and about what. */
  readonly asked: string;
  readonly subject: Readonly<Record<string, string>>;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** After the address: segments are encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** In which form the answer is wanted, where the service has several. */
  readonly accept?: string;
  /** What names the message, where requests are signed. */
  readonly messageId?: string;
  /** A list is the answer: it stands under `items`. */
  readonly isListed?: true;
  /** Whether who is not let in (401, 403) is refused for good. */
  readonly isBarredForGood: boolean;
}

interface Failure {
  readonly status: number;
  /** The status that says what it means, where the service gives another. */
  readonly meaning: number;
  readonly said: string;
  readonly isThrottled: boolean;
  /** 0: it has not said. */
  readonly retryAfterMs: number;
}

/** Answers that no repetition changes; 401 and 403 are the caller's to say, 409 says that something else is under way. */
const final: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 411, 413, 414, 415, 422]);
const barred: ReadonlySet<number> = new Set([401, 403]);

export class Rest {
  readonly #sdk: typeof import('@azure/core-rest-pipeline');
  readonly #options: RestOptions;
  readonly #http: HttpClient;
  readonly #pipeline: Pipeline;

  constructor(sdk: typeof import('@azure/core-rest-pipeline'), options: RestOptions) {
    this.#sdk = sdk;
    this.#options = options;
    this.#http = sdk.createDefaultHttpClient();
    this.#pipeline = sdk.createPipelineFromOptions({ retryOptions: { maxRetries: 0 }, ...options.tls });
    this.#pipeline.removePolicy({ name: sdk.redirectPolicyName });
  }

  /** Null: there is none (404). */
  async find(call: Call): Promise<Json | null> {
    try {
      return await this.send(call);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** Errors: `azure-refused` and `azure-unavailable`. */
  async send(call: Call): Promise<Json> {
    const response = await this.#exchange(call);
    const { status } = response;
    const answer = parse(response.bodyAsText, call);
    // A page to sign in at comes in place of an answer, with 203 or as a redirect.
    if (status >= 200 && status < 300 && status !== 203 && answer) return answer;
    const isSignIn = status === 203 || (status >= 300 && status < 400);
    throw this.#failure(call, {
      status,
      meaning: isSignIn ? 401 : status,
      said: describe(answer, response),
      isThrottled: isThrottled(response),
      retryAfterMs: readRetryAfter(response) * 1_000,
    });
  }

  async #exchange(call: Call): Promise<PipelineResponse> {
    const { asked, subject, method, path, query = {}, body, accept } = call;
    const { baseUrl, headers = {}, authorize } = this.#options;
    const search = new URLSearchParams(query).toString();
    const url = `${baseUrl}${path}${search && `?${search}`}`;
    try {
      const request = this.#sdk.createPipelineRequest({ url, method, ...callLimit() });
      const text = body ? JSON.stringify(body) : '';
      const all = { ...headers, ...(accept && { accept }), ...(await authorize(call, text)) };
      for (const [name, value] of Object.entries(all)) request.headers.set(name, value);
      if (body) {
        request.body = text;
        request.headers.set('content-type', 'application/json');
      }
      return await this.#pipeline.sendRequest(this.#http, request);
    } catch (error) {
      throw azureError(asked, subject, error);
    }
  }

  #failure(
    { asked, subject, isBarredForGood }: Call,
    { status, meaning, said, isThrottled, retryAfterMs }: Failure,
  ): RatchetError {
    const { service, advise } = this.#options;
    const isFinal = !isThrottled && (final.has(meaning) || (barred.has(meaning) && isBarredForGood));
    const next = isThrottled ? '' : advise(meaning);
    const message = `${asked}: ${service} answered ${status}${said && `, ${said}`}${next && `; ${next}`}`;
    const cause = { statusCode: status };
    return new RatchetError(isFinal ? 'azure-refused' : 'azure-unavailable', message, {
      ...{ subject, cause },
      ...(retryAfterMs > 0 && { retryAfterMs }),
    });
  }
}

/** GitHub answers 403, too, to whoever asks too often ("Rate limits for the REST API"). */
function isThrottled({ status, headers }: PipelineResponse): boolean {
  if (status !== 403) return false;
  return headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0';
}

/** The status of an answer that was a failure; null: there was none. */
export function statusOf(error: unknown): number | null {
  const { statusCode } = ((error as Error).cause ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}

/** Null: it is no JSON object; nor, where one is asked for, a list. An empty answer is one without fields. */
function parse(text: string | null | undefined, { isListed }: Call): Json | null {
  if (!text) return {};
  try {
    const answer: unknown = JSON.parse(text);
    if (Array.isArray(answer)) return isListed ? { items: answer } : null;
    return answer && typeof answer === 'object' ? (answer as Json) : null;
  } catch {
    return null;
  }
}

/** Seconds; 0: it does not say, or as a date. */
function readRetryAfter({ headers }: Pick<PipelineResponse, 'headers'>): number {
  const after = Number(headers.get('retry-after'));
  return Number.isFinite(after) && after > 0 ? after : 0;
}

function describe(answer: Json | null, { status, headers }: PipelineResponse): string {
  const after = readRetryAfter({ headers });
  const wait = after > 0 ? `, to be asked again in ${after} s` : '';
  if (status >= 300 && status < 400) return 'which leads elsewhere, as to a page to sign in at';
  if (status >= 200 && status < 300) return 'which is no JSON object';
  const said = typeof answer?.['message'] === 'string' ? answer['message'] : '';
  return `${said.trim().split(/\r?\n/)[0]?.slice(0, 300) ?? ''}${wait}`
    .replace(/^, /, '')
    .replace(/\.+$/, '');
}
