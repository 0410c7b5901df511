/**
 * The host's own doors: its state, its functions, running one by hand, and the launcher's control of time and end.
 */
import { reportClock, setClock } from '../../clock/clock-endpoint.ts';
import { utcTimeMs } from '../../clock/utc-time.ts';
import { errorDetail } from '../../process/local-error.ts';
import { invokeWithRetry, type RetryDependencies } from '../app/retry.ts';
import type { Invocation, RegisteredFunction } from '../contract.ts';
import { toInvocation as toEventInvocation } from '../event-grid/webhook.ts';
import type { Route } from '../http/router.ts';
import { type Answer, type Exchange, jsonAnswer } from '../http/server.ts';

export interface AdminDependencies extends RetryDependencies {
  readonly origin: string;
  readonly routes: readonly Route[];
  readonly startedAt: Date;
  /** Keeps a virtual time before anything happens at it. */
  storeNow(nowMs: number): void;
  /** What a timer's function is given when it is run by hand. */
  timerInput(fn: RegisteredFunction): string;
  shutDown(): void;
}

const bodyLimitBytes = 1024 * 1024;
const notFound = jsonAnswer(404, { error: 'there is no such admin path' });

/** Answers an exchange below `/admin`, whose key has been checked. `path` is what follows, in lower case. */
export async function handleAdmin(
  dependencies: AdminDependencies,
  exchange: Exchange,
  path: string,
): Promise<Answer> {
  const { method } = exchange.request;
  switch (`${method} ${path}`) {
    case 'GET host/ping':
    case 'POST host/ping':
      return { status: 200 };
    case 'GET host/status':
      return jsonAnswer(200, hostStatus(dependencies));
    case 'GET functions':
      return jsonAnswer(
        200,
        dependencies.app.functions.map((fn) => describe(dependencies, fn)),
      );
    case 'GET local/clock':
      return jsonAnswer(200, reportClock(dependencies.clock, dependencies.work));
    case 'PUT local/clock':
      return putClock(dependencies, await readJsonBody(exchange));
    case 'POST local/shutdown':
      setImmediate(() => dependencies.shutDown());
      return { status: 202 };
  }
  const name = /^functions\/([^/]+)$/.exec(path)?.[1];
  const fn = name === undefined ? undefined : dependencies.app.find(name);
  if (fn === undefined) return notFound;
  if (method === 'GET') return jsonAnswer(200, describe(dependencies, fn));
  return method === 'POST' ? run(dependencies, fn, exchange) : notFound;
}

function hostStatus({ clock, startedAt }: AdminDependencies): unknown {
  return {
    id: 'ratchet-embedded-host',
    state: 'Running',
    version: '4.0.0',
    versionDetails: `embedded host on Node.js ${process.version}`,
    processUptime: Math.round(performance.now()),
    startedAt: startedAt.toISOString(),
    clock: clock.mode,
  };
}

function describe({ app, origin, routes }: AdminDependencies, fn: RegisteredFunction): unknown {
  const route = routes.find((candidate) => candidate.fn === fn);
  return {
    name: fn.name,
    trigger: fn.trigger.type,
    bindings: fn.bindings,
    invocations: app.timesInvoked(fn.name),
    ...(route === undefined
      ? {}
      : { invokeUrlTemplate: `${origin}/${route.template.text}`, methods: [...route.methods] }),
    href: `${origin}/admin/functions/${fn.name}`,
  };
}

async function readJsonBody({ readBody }: Exchange): Promise<unknown> {
  try {
    return JSON.parse((await readBody(bodyLimitBytes)).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function putClock({ clock, work, storeNow }: AdminDependencies, body: unknown): Answer {
  const asked = typeof body === 'object' && body !== null && 'now' in body ? body.now : undefined;
  const now = typeof asked === 'string' ? utcTimeMs(asked) : Number.NaN;
  if (clock.mode === 'virtual' && now > clock.now()) storeNow(now);
  const { status, body: answer } = setClock(clock, work, body);
  return jsonAnswer(status, answer);
}

/** `POST /admin/functions/{name}` with `{"input": "…"}`: accepted at once, runs on its own. */
async function run(
  dependencies: AdminDependencies,
  fn: RegisteredFunction,
  exchange: Exchange,
): Promise<Answer> {
  const body = await readJsonBody(exchange);
  const input = typeof body === 'object' && body !== null && 'input' in body ? body.input : undefined;
  const text = typeof input === 'string' ? input : input === undefined ? '' : JSON.stringify(input);
  const invocation = toInvocation(dependencies, fn, text);
  if (typeof invocation === 'string') return jsonAnswer(400, { error: invocation });
  invokeWithRetry(dependencies, fn, invocation).catch((error) =>
    dependencies.log('error', `failed when run by hand: ${errorDetail(error)}`, { function: fn.name }),
  );
  return { status: 202 };
}

/** What the function's trigger would hand it, or why it cannot be run by hand. */
function toInvocation(
  { timerInput, origin }: AdminDependencies,
  fn: RegisteredFunction,
  text: string,
): Invocation | string {
  switch (fn.trigger.type.toLowerCase()) {
    case 'timertrigger':
      return { trigger: { string: timerInput(fn) } };
    case 'eventgridtrigger': {
      const event = parseObject(text);
      return event === null ? 'input: expected one event, as a JSON object' : toEventInvocation(event);
    }
    case 'httptrigger': {
      const body = Buffer.from(text);
      const url = `${origin}/admin/functions/${encodeURIComponent(fn.name)}`;
      return {
        trigger: {
          http: {
            method: 'POST',
            url,
            nullableHeaders: {},
            nullableQuery: {},
            nullableParams: {},
            body: { bytes: body },
          },
        },
      };
    }
    case 'servicebustrigger':
      return { trigger: { string: text }, triggerMetadata: { DeliveryCount: { int: 1 } } };
    case 'blobtrigger':
      return 'a function with a blob trigger cannot be run by hand: upload a blob that matches its path';
    default:
      return `a function with a ${fn.trigger.type} cannot be run by hand: only an orchestration starts it`;
  }
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
