/**
 * Where endpoints are asked for predictions: `https://localhost:PORT/ENDPOINT/score`.
 *
 * Owns: who may ask, which deployment is asked, what is copied to another, the log of it.
 * Does not own: how a deployment is asked (exchange.ts), its process (instance.ts).
 *
 * Invariants
 * 1. No process is reached without a key or token of its endpoint.
 * 2. Every request to an endpoint is a row of the traffic log before its answer goes out; so is a copy, once it is answered.
 * 3. A copy changes nothing for the caller: neither its answer nor when that comes.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudContext } from '../../cloud-context.ts';
import { CallerGoneError, closeAfterAnswer, readBody } from '../../http/body.ts';
import type { Loopback } from '../../http/listen.ts';
import { RequestError } from '../../http/request-error.ts';
import { methodNotAllowed, notFound, ServiceError } from '../../http/service-error.ts';
import type { TokenAuthority } from '../../identity/index.ts';
import type { EndpointKeyStore } from '../store/endpoint-keys.ts';
import type { Endpoint, OnlineStore } from '../store/online.ts';
import type { RequestStore } from '../store/requests.ts';
import { authorize } from './authorize.ts';
import type { LogSink } from './console-log.ts';
import { type Answer, Exchanges } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { ScoringRequest } from './forward.ts';
import type { Served, Serving } from './serving.ts';
import { type Exchange, trafficRow, trafficTable } from './traffic-log.ts';
import { chooseByWeight, chooseMirror } from './weights.ts';

interface ScoringDependencies {
  readonly cloud: Pick<CloudContext, 'clock' | 'work' | 'log'>;
  readonly online: OnlineStore;
  readonly serving: Serving;
  readonly keys: EndpointKeyStore;
  readonly requests: RequestStore;
  readonly identity: TokenAuthority;
  readonly faults: Faults;
  readonly random: () => number;
  readonly sink: LogSink;
}

/** Nobody says how much the service takes; an earlier edition of its documentation had 1.5 MB. */
const longestBodyBytes = 10 * 1024 * 1024;
/** "Troubleshoot online endpoints", request tracing: letters, digits, hyphens and underscores, 40 at most. */
const clientRequestId = /^[A-Za-z0-9_-]*/;

/** What is known of a request while it is answered. */
interface Asked {
  readonly message: IncomingMessage;
  readonly requestId: string;
  readonly receivedMs: number;
  readonly beganMs: number;
  /** With a leading slash, without the endpoint's name. */
  readonly path: string;
  endpoint: string;
  deployment: string;
  authType: string;
  body: Buffer;
  requestMs: number;
}

export function serveScoring(loopback: Loopback, deps: ScoringDependencies): void {
  const scoring = new Scoring(deps);
  loopback.serve((message, response) => {
    response.once('close', deps.cloud.work.begin());
    void scoring.answer(message, response);
  });
}

class Scoring {
  readonly #deps: ScoringDependencies;
  readonly #exchanges: Exchanges;

  constructor(deps: ScoringDependencies) {
    this.#deps = deps;
    this.#exchanges = new Exchanges(deps.faults);
  }

  /** Never rejects. */
  async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = this.#begin(message);
    const answer = await this.#route(asked).catch((error: unknown) => this.#refuse(error));
    if (asked.endpoint !== '') this.#keep(asked, asked.deployment, answer, performance.now());
    response.on('error', () => undefined);
    closeAfterAnswer(message, response);
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': answer.body.length,
      'x-request-id': asked.requestId,
      ...(asked.deployment !== '' && { 'azureml-model-deployment': asked.deployment }),
      ...(clientIdOf(message) !== '' && { 'x-ms-client-request-id': clientIdOf(message) }),
    });
    response.end(answer.body);
  }

  #begin(message: IncomingMessage): Asked {
    const [, endpoint = '', path = '/'] = /^\/([^/?]*)(.*)$/s.exec(message.url ?? '') ?? [];
    const known = this.#deps.online.findEndpoint(endpoint);
    return {
      ...{ message, path, requestId: randomUUID(), deployment: '', body: Buffer.alloc(0), requestMs: 0 },
      receivedMs: this.#deps.cloud.clock.now(),
      beganMs: performance.now(),
      endpoint: known?.endpoint ?? '',
      authType: known?.resource.properties.authMode ?? '',
    };
  }

  async #route(asked: Asked): Promise<Answer> {
    const { message } = asked;
    const endpoint = this.#deps.online.findEndpoint(asked.endpoint);
    if (!endpoint) throw notFound(`The endpoint of ${message.url}`);
    authorize(message.headers.authorization, endpoint, this.#deps.identity, this.#deps.keys);
    if (message.method !== 'POST') throw methodNotAllowed(message.method ?? '', ['POST']);
    asked.body = await readBody(message, longestBodyBytes);
    asked.requestMs = performance.now() - asked.beganMs;
    const named = message.headers['azureml-model-deployment'];
    const served = this.#choose(asked, endpoint, typeof named === 'string' ? named : null);
    const request: ScoringRequest = {
      method: 'POST',
      path: asked.path,
      headers: { ...message.headers, 'x-request-id': asked.requestId },
      body: asked.body,
    };
    if (named === undefined) this.#mirror(asked, request);
    return this.#exchanges.ask({ ...asked, served }, request);
  }

  #choose(asked: Asked, { endpoint }: Endpoint, named: string | null): Served {
    const { online, random } = this.#deps;
    const chosen = named ?? chooseByWeight(online.weightsOf(endpoint), random);
    if (chosen === null)
      throw new ServiceError(
        404,
        'NotFound',
        `Endpoint ${endpoint} has no deployment with traffic; give it some, or name one in the header azureml-model-deployment`,
      );
    const deployment = online.findDeployment(endpoint, chosen);
    if (!deployment) throw notFound(`Deployment ${chosen} of endpoint ${endpoint}`);
    asked.deployment = deployment.deployment;
    const served = this.#served(endpoint, deployment.deployment);
    const isScoring = ['/score', served.instance.plan.scoringPath].includes(asked.path.split('?', 1)[0]!);
    if (!isScoring) throw notFound(`The path ${asked.path} of endpoint ${endpoint}`);
    return served;
  }

  #served(endpoint: string, deployment: string): Served {
    const served = this.#deps.serving.find(endpoint, deployment);
    if (served) return served;
    throw new ServiceError(
      501,
      'NotServedLocally',
      `Deployment ${deployment} of endpoint ${endpoint} is not served on this machine: neither images nor MLflow models are run here; give it codeConfiguration with codeId and scoringScript, or make it again where an earlier edition made it`,
    );
  }

  /** Sends a copy, and forgets its answer. */
  #mirror(asked: Asked, request: ScoringRequest): void {
    const { online, random, cloud } = this.#deps;
    const mirror = chooseMirror(online.weightsOf(asked.endpoint), random);
    const served = mirror === null ? undefined : this.#deps.serving.find(asked.endpoint, mirror);
    if (mirror === null || !served) return;
    const copy = { ...asked, requestId: randomUUID() };
    const headers = { ...request.headers, 'x-request-id': copy.requestId };
    void cloud.work.during(async () => {
      const addressed = { endpoint: copy.endpoint, deployment: mirror, served };
      const answer = await this.#exchanges
        .ask(addressed, { ...request, headers })
        .catch((error: unknown) => this.#refuse(error));
      this.#keep(copy, mirror, answer, performance.now());
    });
  }

  #keep(asked: Asked, deployment: string, answer: Answer, endedMs: number): void {
    const { message, beganMs } = asked;
    const totalMs = endedMs - beganMs;
    const exchange: Exchange = {
      ...asked,
      ...{ deployment, totalMs, status: answer.status, model: answer.model },
      method: message.method ?? '',
      userAgent: message.headers['user-agent'] ?? '',
      clientRequestId: clientIdOf(message),
      requestBytes: asked.body.length,
      responseBytes: answer.body.length,
      modelMs: answer.model === null ? null : totalMs,
    };
    const { endpoint, receivedMs: atMs } = asked;
    // The service logs and measures nothing of a cluster that is not its own.
    if (this.#deps.online.findEndpoint(endpoint)?.resource.properties.compute !== undefined) return;
    const modelStatus = answer.model?.status ?? null;
    try {
      this.#deps.requests.add({ endpoint, deployment, atMs, status: answer.status, modelStatus, totalMs });
    } catch (error) {
      this.#deps.cloud.log('error', `azure-ml: a request is not counted: ${String(error)}`);
    }
    this.#deps.sink(trafficTable, [trafficRow(exchange)]);
  }

  #refuse(error: unknown): Answer {
    const { status, code, message, headers } = this.#serviceError(error);
    return {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: Buffer.from(JSON.stringify({ error: { code, message } })),
      model: null,
    };
  }

  #serviceError(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    if (error instanceof RequestError) return new ServiceError(error.status, error.code, error.message);
    if (error instanceof CallerGoneError) return new ServiceError(400, 'RequestAborted', error.message);
    this.#deps.cloud.log('error', `azure-ml: scoring: ${(error as Error).stack}`);
    return new ServiceError(500, 'InternalServerError', 'The endpoint has failed; its log tells why.');
  }
}

function clientIdOf({ headers }: IncomingMessage): string {
  return clientRequestId.exec(String(headers['x-ms-client-request-id'] ?? ''))![0].slice(0, 40);
}
