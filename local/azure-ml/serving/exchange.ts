/**
 * One request to one deployment, and what the caller is answered.
 *
 * Sources: "Troubleshoot online endpoints deployment and scoring", HTTP status codes: 408 where the model takes longer than
 * its `requestTimeout`, 424 for every answer of the container but 200, with its own status in
 * `ms-azureml-model-error-statuscode`, 429 beyond twice `maxConcurrentRequestsPerInstance` for each instance. A container
 * that cannot be reached is 424 as well: the proxy before it answers 503 in its place (`model_not_ready`).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseDurationMs } from '../../clock/duration.ts';
import type { DeploymentDefinition } from '../deployment-definition.ts';
import type { Faults } from './faults.ts';
import { type Forwarded, forward, type ModelAnswer, type ScoringRequest } from './forward.ts';
import type { Served } from './serving.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the container itself has answered; null where it was not asked, or did not. */
  readonly model: { readonly status: number; readonly reason: string } | null;
}

interface Addressed {
  readonly endpoint: string;
  readonly deployment: string;
  readonly served: Served;
}

const defaultTimeoutMs = 5_000;

export class Exchanges {
  readonly #faults: Faults;
  /** Requests under way, by deployment. */
  readonly #underWay = new Map<string, number>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  async ask({ endpoint, deployment, served }: Addressed, request: ScoringRequest): Promise<Answer> {
    const key = `${endpoint}/${deployment}`.toLowerCase();
    const count = this.#underWay.get(key) ?? 0;
    if (count >= mostAtOnce(served.definition)) return tooMany;
    this.#underWay.set(key, count + 1);
    try {
      const fault = this.#faults.onRequest(endpoint, deployment);
      if (fault.crash) served.instance.crash();
      if (fault.delayMs > 0) await pause(fault.delayMs, undefined, { ref: false });
      if (fault.failStatus !== null) return answerOf(wrongAnswer(fault.failStatus));
      return await this.#forward(served, request);
    } finally {
      this.#underWay.set(key, this.#underWay.get(key)! - 1);
    }
  }

  async #forward({ instance, definition }: Served, request: ScoringRequest): Promise<Answer> {
    const { port, plan } = instance;
    if (port === null) return answerOf({ kind: 'unreachable' });
    const timeoutMs = timeoutOf(definition);
    const query = request.path.indexOf('?');
    const path = query < 0 ? plan.scoringPath : `${plan.scoringPath}${request.path.slice(query)}`;
    const forwarded = await instance.during(forward({ ...request, path }, port, timeoutMs));
    if (forwarded.kind === 'unreachable') instance.noteSilence();
    if (forwarded.kind !== 'timeout') return answerOf(forwarded);
    return refusal(
      408,
      'request_timeout',
      `The model has not answered within ${timeoutMs} ms, its requestTimeout`,
    );
  }
}

function mostAtOnce({ properties, sku }: DeploymentDefinition): number {
  const { maxConcurrentRequestsPerInstance = 1 } = properties.requestSettings ?? {};
  return 2 * maxConcurrentRequestsPerInstance * (sku?.capacity ?? 1);
}

function timeoutOf({ properties }: DeploymentDefinition): number {
  const given = properties.requestSettings?.requestTimeout;
  return Math.max(given === undefined ? defaultTimeoutMs : parseDurationMs(given)!, 1);
}

function answerOf(forwarded: Exclude<Forwarded, { kind: 'timeout' }>): Answer {
  if (forwarded.kind === 'too-large')
    return {
      ...refusal(424, 'response_payload_too_large', 'The answer of the model is longer than 10 MiB'),
      model: { status: 200, reason: 'OK' },
    };
  if (forwarded.kind === 'unreachable')
    return {
      ...refusal(424, 'model_not_ready', 'The container does not answer: it has ended, or is being started'),
      model: { status: 503, reason: 'Service Unavailable' },
    };
  const { status, reason, headers, body } = forwarded.answer;
  const model = { status, reason };
  if (status === 200) return { status, headers, body, model };
  return { status: 424, headers: { ...headers, ...modelError('model_error', status) }, body, model };
}

function modelError(reason: string, status?: number): Record<string, string> {
  return {
    'ms-azureml-model-error-reason': reason,
    ...(status !== undefined && { 'ms-azureml-model-error-statuscode': String(status) }),
  };
}

function refusal(status: number, reason: string, message: string): Answer {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...modelError(reason, reason === 'model_not_ready' ? 503 : undefined),
  };
  return {
    status,
    headers,
    body: Buffer.from(JSON.stringify({ error: { code: reason, message } })),
    model: null,
  };
}

/** As the service's proxy answers: without a body. */
const tooMany: Answer = {
  status: 429,
  headers: { 'content-type': 'text/plain', ...modelError('too_many_pending_request') },
  body: Buffer.alloc(0),
  model: null,
};

function wrongAnswer(status: number): { kind: 'answered'; answer: ModelAnswer } {
  const body = Buffer.from(JSON.stringify({ error: 'wrong on demand' }));
  const headers = { 'content-type': 'application/json' };
  return { kind: 'answered', answer: { status, reason: '', headers, body } };
}
