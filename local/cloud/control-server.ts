import type { IncomingMessage } from 'node:http';
import type { AzureMl } from '../azure-ml/index.ts';
import type { Clock } from '../clock/clock.ts';
import { reportClock, setClock } from '../clock/clock-endpoint.ts';
import type { Work } from '../clock/work.ts';
import { type EventGrid, parseSubscription } from '../event-grid/index.ts';
import { closeAfterAnswer, readBody } from '../http/body.ts';
import { jsonBodies } from '../http/guard.ts';
import { type Loopback, listenOnLoopback } from '../http/listen.ts';
import { RequestError } from '../http/request-error.ts';
import { parseFaults } from '../log-analytics/faults.ts';
import type { LogAnalytics } from '../log-analytics/index.ts';
import type { Inbox } from '../notices/inbox.ts';
import { parseFaults as parsePipelineFaults } from '../pipelines/faults.ts';
import { type Pipelines, parsePlan } from '../pipelines/index.ts';
import type { ServiceBus } from '../service-bus/index.ts';
import type { TraceKeeper } from '../traces/keeper.ts';

export interface Control {
  readonly clock: Clock;
  readonly work: Work;
  readonly eventGrid: EventGrid;
  readonly logAnalytics: LogAnalytics;
  readonly azureMl: Pick<AzureMl, 'setFaults' | 'setJobFaults' | 'deny' | 'calls'>;
  readonly inbox: Inbox;
  readonly serviceBus: Pick<ServiceBus, 'queues'>;
  readonly pipelines: Pick<Pipelines, 'plan' | 'failNext' | 'runsOf'>;
  readonly traces: Pick<TraceKeeper, 'take' | 'find'>;
  /** Called after the clock was set. */
  onClockSet(): void;
  shutdown(): void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Called once the answer has gone out. */
  readonly afterwards?: () => void;
}

const longestBodyBytes = 64 * 1024;
const longestRowsBytes = 4 * 1024 * 1024;

/**
 * The cloud's own HTTP endpoint on loopback: `GET|PUT /clock`, `GET|PUT /subscriptions`, `POST /logs/TABLE`,
 * `PUT /logs/faults`, `PUT /jobs/faults`, `PUT /online-endpoints/faults`, `PUT /permissions/denied`, `GET|PUT /pipelines/NAME`, `PUT /pipelines/faults`,
 * `GET|POST /notices`, `GET /queues`, `GET /workspace/calls`, `GET /status`, `POST /shutdown`; `POST /v1/traces` and `/v1/metrics` as a collector of OpenTelemetry,
 * `GET /api/v3/traces/ID` as Jaeger. Its requests are no work: they watch the work.
 */
export async function serveControl(control: Control, port: number): Promise<Loopback> {
  const loopback = await listenOnLoopback({ port, bodies: jsonBodies });
  loopback.serve((request, response) => {
    void answer(control, request)
      .catch(
        (error: unknown): Answer => ({
          status: error instanceof RequestError ? error.status : 400,
          body: { error: error instanceof Error ? error.message : String(error) },
        }),
      )
      .then(({ status, body, afterwards }) => {
        if (afterwards) response.once('close', afterwards);
        closeAfterAnswer(request, response);
        response
          .writeHead(status, {
            'content-type': 'application/json',
            ...(afterwards && { connection: 'close' }),
          })
          .end(JSON.stringify(body));
      });
  });
  return loopback;
}

async function answer(control: Control, request: IncomingMessage): Promise<Answer> {
  const { clock, work, eventGrid, logAnalytics } = control;
  const table = request.method === 'POST' ? /^\/logs\/([^/?]+)$/.exec(request.url ?? '')?.[1] : undefined;
  if (table !== undefined) {
    const rows = logAnalytics.ingest(table, await readJson(request, longestRowsBytes));
    return { status: 200, body: { rows } };
  }
  const answered = await answerTraces(control, request);
  if (answered) return answered;
  const pipeline = /^\/pipelines\/([A-Za-z0-9._-]+)$/.exec(request.url ?? '')?.[1];
  if (pipeline !== undefined && pipeline !== 'faults') return answerPipeline(control, request, pipeline);
  switch (`${request.method} ${request.url}`) {
    case 'GET /clock':
    case 'GET /status':
      return { status: 200, body: reportClock(clock, work) };
    case 'PUT /clock': {
      const set = setClock(clock, work, await readJson(request));
      if (set.status === 200) control.onClockSet();
      return set;
    }
    case 'GET /subscriptions':
      return { status: 200, body: eventGrid.subscriptions() };
    case 'PUT /subscriptions':
      eventGrid.putSubscription(parseSubscription(await readJson(request)));
      return { status: 200, body: eventGrid.subscriptions() };
    case 'GET /notices':
      return { status: 200, body: control.inbox.list() };
    case 'POST /notices':
      control.inbox.receive(request.headers, await readBody(request, longestBodyBytes));
      return { status: 200, body: {} };
    case 'PUT /logs/faults':
      logAnalytics.failNext(parseFaults(await readJson(request)));
      return { status: 200, body: {} };
    case 'PUT /jobs/faults':
      control.azureMl.setJobFaults(await readJson(request));
      return { status: 200, body: {} };
    case 'PUT /online-endpoints/faults':
      control.azureMl.setFaults(await readJson(request));
      return { status: 200, body: {} };
    case 'PUT /permissions/denied':
      control.azureMl.deny(await readJson(request));
      return { status: 200, body: {} };
    case 'PUT /pipelines/faults':
      control.pipelines.failNext(parsePipelineFaults(await readJson(request)));
      return { status: 200, body: {} };
    case 'GET /queues':
      return { status: 200, body: control.serviceBus.queues() };
    case 'GET /workspace/calls':
      return { status: 200, body: control.azureMl.calls() };
    case 'POST /shutdown':
      return { status: 202, body: {}, afterwards: control.shutdown };
    default:
      return { status: 404, body: { error: `there is no ${request.method} ${request.url} here` } };
  }
}

/** Null: it is about something else. */
async function answerTraces({ traces }: Control, request: IncomingMessage): Promise<Answer | null> {
  const id = /^\/api\/v3\/traces\/([0-9a-fA-F]{32})$/.exec(request.url ?? '')?.[1];
  if (id !== undefined && request.method === 'GET') {
    const found = traces.find(id);
    if (found) return { status: 200, body: found };
    return { status: 404, body: { error: { httpCode: 404, message: 'trace not found' } } };
  }
  if (request.method !== 'POST' || !/^\/v1\/(?:traces|metrics)$/.test(request.url ?? '')) return null;
  if (request.headers['content-encoding'] !== undefined)
    throw new RequestError(415, 'content-encoding: bodies are taken as they are; turn compression off');
  const body = await readJson(request, longestRowsBytes);
  return { status: 200, body: request.url === '/v1/traces' ? traces.take(body) : {} };
}

async function answerPipeline(
  { pipelines }: Control,
  request: IncomingMessage,
  pipeline: string,
): Promise<Answer> {
  if (request.method === 'PUT') pipelines.plan(pipeline, parsePlan(await readJson(request)));
  else if (request.method !== 'GET') return { status: 405, body: { error: 'GET and PUT are answered' } };
  return { status: 200, body: pipelines.runsOf(pipeline) };
}

async function readJson(request: IncomingMessage, mostBytes = longestBodyBytes): Promise<unknown> {
  return JSON.parse((await readBody(request, mostBytes)).toString('utf8'));
}
