/**
 * Sends a notice to one receiver, once.
 *
 * Owns: the request, how long it may take, and what each answer means. Does not own: the messages, trying again (the
 * orchestration), who is told.
 *
 * Invariants
 * 1. No redirect is followed: what a notice says goes to the address in the settings alone.
 * 2. Neither the address nor anything it answers is in an error, a log or an answer of this module: only the receiver's
 *    kind, a status, the code of a failed connection, or one of Slack's words.
 * 3. What is answered is a value. Of a lost answer nobody knows whether the message has arrived: it counts as failed.
 */
import type { HttpClient, Pipeline, PipelineOptions, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Sent } from '../domain/notice.ts';
import { signWebhook } from '../http/webhook-signature.ts';
import type { Outgoing } from './message.ts';
import type { Receiver } from './read-receivers.ts';
import { slackMessage } from './slack-message.ts';
import { teamsMessage } from './teams-message.ts';
import { webhookMessage } from './webhook-message.ts';

/** Receivers of webhooks answer within 15 s, says Standard Webhooks. */
const answerWithinMs = 15_000;

const messages = { teams: teamsMessage, slack: slackMessage, webhook: webhookMessage } as const;

export class NoticeSender {
  readonly #sdk: typeof import('@azure/core-rest-pipeline');
  readonly #http: HttpClient;
  readonly #pipeline: Pipeline;

  constructor(sdk: typeof import('@azure/core-rest-pipeline'), tls: Pick<PipelineOptions, 'tlsOptions'>) {
    this.#sdk = sdk;
    this.#http = sdk.createDefaultHttpClient();
    this.#pipeline = sdk.createPipelineFromOptions({ retryOptions: { maxRetries: 0 }, ...tls });
    // A receiver's address is a secret: nothing of a request is logged or traced.
    for (const name of [sdk.redirectPolicyName, sdk.logPolicyName, sdk.tracingPolicyName])
      this.#pipeline.removePolicy({ name });
  }

  async send({ kind, url, key }: Receiver, outgoing: Outgoing, now: Date): Promise<Sent> {
    const body = JSON.stringify(messages[kind](outgoing));
    const unixSeconds = Math.floor(now.getTime() / 1000);
    const signed = key === null ? {} : signWebhook({ id: outgoing.notice.id, unixSeconds, body }, key);
    const abortSignal = AbortSignal.timeout(answerWithinMs);
    try {
      const request = this.#sdk.createPipelineRequest({
        ...{ url, method: 'POST', body, abortSignal, allowInsecureConnection: url.startsWith('http:') },
      });
      request.headers.set('content-type', 'application/json');
      for (const [name, value] of Object.entries<string>(signed)) request.headers.set(name, value);
      return readAnswer(kind, await this.#pipeline.sendRequest(this.#http, request), now);
    } catch (error) {
      const why = abortSignal.aborted
        ? `no answer within ${answerWithinMs / 1000} s`
        : `no connection (${codeOf(error)})`;
      return { state: 'failed', why, retryAfterMs: null };
    }
  }
}

/** 408 and 425 ask for it again, as 429 and what begins with 5 do. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

function readAnswer(
  kind: Receiver['kind'],
  { status, headers, bodyAsText }: PipelineResponse,
  now: Date,
): Sent {
  if (status >= 200 && status < 300) return { state: 'delivered' };
  // The words of Slack's errors, such as `no_service`, and nothing else of an answer.
  const word = kind === 'slack' ? /^[a-z_]{1,40}$/.exec(bodyAsText?.trim() ?? '')?.[0] : undefined;
  const why = `the receiver answered ${status}${word ? `, ${word}` : ''}`;
  if (passing.has(status) || status >= 500)
    return { state: 'failed', why, retryAfterMs: readRetryAfter(headers.get('retry-after'), now) };
  const next =
    status >= 300 && status < 400
      ? 'no redirect is followed: set the address it leads to'
      : 'look whether it is still there, and set its new address';
  return { state: 'refused', why: `${why}; ${next}` };
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(at - now.getTime(), 0);
}

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const text = String(cause?.code ?? code ?? '');
  return /^[A-Z_]{1,60}$/.test(text) ? text : 'no reason was given';
}
