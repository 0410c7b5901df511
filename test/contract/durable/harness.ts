/** A durable runtime over the fixture app, behind a small HTTP server, driven through the real client library. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { type Clock, VirtualClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { loadApp } from '../../../local/functions-host/app/load-app.ts';
import type { DurableRuntime, DurableSettings, FunctionApp } from '../../../local/functions-host/contract.ts';
import { openDurableRuntime } from '../../../local/functions-host/durable/index.ts';

export const startMs = Date.parse('2026-03-01T08:00:00.000Z');
const appDirectory = fileURLToPath(new URL('../../fixtures/durable-app', import.meta.url));

export interface HostOptions {
  readonly file?: string;
  readonly clock?: Clock;
  readonly maxActivities?: number;
  readonly maxOrchestrators?: number;
  readonly settings?: Partial<DurableSettings>;
  /** Omitted: the fixture app. */
  readonly appDirectory?: string;
}

export interface Host {
  readonly runtime: DurableRuntime;
  readonly client: df.DurableClient;
  readonly clock: Clock;
  readonly work: Work;
  readonly origin: string;
  readonly logged: string[];
  /** Resolves when nothing is due any more. */
  settle(): Promise<void>;
  /** Moves virtual time by `ms`, stopping wherever somebody waits. */
  pass(ms: number): Promise<void>;
  stop(graceMs?: number): Promise<void>;
}

export async function startHost(options: HostOptions = {}): Promise<Host> {
  const work = new Work();
  const clock = options.clock ?? new VirtualClock(startMs);
  const app: FunctionApp = await loadApp({
    appDirectory: options.appDirectory ?? appDirectory,
    log: () => {},
    work,
    functionTimeoutMs: null,
    onlyFunctions: null,
    clientBinding: () => runtime.clientBinding(),
  });
  const server = createServer();
  const origin = await listen(server);
  process.env['WEBSITE_HOSTNAME'] = origin.slice('http://'.length);
  const logged: string[] = [];
  const runtime = openDurableRuntime({
    app,
    file: options.file ?? ':memory:',
    clock,
    work,
    origin,
    settings: {
      hubName: 'TestHub',
      maxConcurrentActivityFunctions: options.maxActivities ?? 10,
      maxConcurrentOrchestratorFunctions: options.maxOrchestrators ?? 10,
      versioning: { defaultVersion: '', match: 'None', failure: 'Reject' },
      overridableExistingInstanceStates: 'NonRunningStates',
      ...options.settings,
    },
    log: (level, message) => void logged.push(`${level}: ${message}`),
  });
  serve(server, runtime);
  runtime.start();
  const settle = (): Promise<void> => untilQuiet(work);
  return {
    runtime,
    client: createClient(runtime.clientBinding()),
    clock,
    work,
    origin,
    logged,
    settle,
    pass: (ms) => passTime(clock, settle, ms),
    async stop(graceMs = 5000) {
      await runtime.stop(graceMs);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(server: Server, runtime: DurableRuntime): void {
  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await runtime.handle({
      method: request.method ?? 'GET',
      path: url.pathname.replace(/^\/(runtime\/webhooks\/)?durabletask\//, ''),
      query: url.searchParams,
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  });
}

function createClient(binding: string): df.DurableClient {
  const input = df.input.durableClient();
  const context = new InvocationContext({ options: { extraInputs: [input] } } as never);
  context.extraInputs.set(input, JSON.parse(binding));
  return df.getClient(context);
}

async function untilQuiet(work: Work): Promise<void> {
  for (;;) {
    const { begun } = work;
    await new Promise((resolve) => setImmediate(resolve));
    if (work.busy === 0 && work.begun === begun) return;
  }
}

async function passTime(clock: Clock, settle: () => Promise<void>, ms: number): Promise<void> {
  if (!(clock instanceof VirtualClock)) throw new Error('only virtual time can be passed');
  const targetMs = clock.now() + ms;
  await settle();
  while (clock.now() < targetMs) {
    clock.setNow(Math.min(targetMs, clock.nextDueMs() ?? targetMs));
    await settle();
  }
}
