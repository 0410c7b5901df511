/**
 * The durable runtime's HTTP management API, under its two roots.
 *
 * `/runtime/webhooks/durabletask/` is for everybody who has the system key; `/durabletask/` is for the client library
 * inside this process, which sends no key: when keys are on, that root has a secret segment that only the client
 * binding names.
 *
 * Invariants
 * 1. When keys are on, every URL the runtime hands out under the first root carries the system key.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { isDurableClient } from './app/bindings.ts';
import type { DurableDependencies, DurableRequest, DurableRuntime, OpenDurableRuntime } from './contract.ts';
import { requestLimitBytes } from './http/body.ts';
import type { Keys } from './http/keys.ts';
import { type Answer, type Exchange, jsonAnswer } from './http/server.ts';

export interface DurableWebhook {
  start(): void;
  stop(graceMs: number): Promise<void>;
  /** Text of a durable client binding, with keys and secret filled in. */
  clientBinding(): string;
  handleWebhook(exchange: Exchange, path: string): Promise<Answer>;
  /** The path below `/durabletask/`; null when the secret segment is wrong. */
  openRpcPath(path: string): string | null;
  handleRpc(exchange: Exchange, path: string): Promise<Answer>;
}

const durableTriggers = new Set(['orchestrationtrigger', 'activitytrigger', 'entitytrigger']);

/** The durable part of the host, or null when the app has nothing durable: the engine is loaded only when needed. */
export async function openDurable(
  dependencies: DurableDependencies & { readonly keys: Keys },
): Promise<DurableWebhook | null> {
  const isDurable = dependencies.app.functions.some(
    (fn) => durableTriggers.has(fn.trigger.type.toLowerCase()) || fn.bindings.some(isDurableClient),
  );
  if (!isDurable) return null;
  const { openDurableRuntime } = (await import('./durable/index.ts')) as {
    openDurableRuntime: OpenDurableRuntime;
  };
  return createDurableWebhook(openDurableRuntime(dependencies), dependencies.keys, dependencies.origin);
}

function createDurableWebhook(runtime: DurableRuntime, keys: Keys, origin: string): DurableWebhook {
  const code = keys.systemKey('durabletask_extension');
  const secret = code === null ? '' : `${randomBytes(24).toString('base64url')}/`;
  const root = `${origin}/runtime/webhooks/durabletask`;
  const sign = (value: unknown): unknown => (code === null ? value : withCode(value, root, code));
  let binding: string | null = null;
  const bind = (): string => {
    const plain = JSON.parse(runtime.clientBinding()) as Record<string, unknown>;
    const signed = { ...(sign(plain) as Record<string, unknown>), baseUrl: plain['baseUrl'] };
    const query = code === null ? {} : { requiredQueryStringParameters: `code=${code}` };
    return JSON.stringify({ ...signed, ...query, rpcBaseUrl: `${origin}/durabletask/${secret}` });
  };
  return {
    start: () => runtime.start(),
    stop: (graceMs) => runtime.stop(graceMs),
    clientBinding() {
      binding ??= bind();
      return binding;
    },
    handleWebhook: async (exchange, path) =>
      toAnswer(await runtime.handle(await toDurableRequest(exchange, path)), sign),
    openRpcPath(path) {
      if (secret === '') return path;
      const given = Buffer.from(path.slice(0, secret.length).padEnd(secret.length, '\0'), 'latin1');
      return timingSafeEqual(given, Buffer.from(secret)) ? path.slice(secret.length) : null;
    },
    handleRpc: async (exchange, path) =>
      toAnswer(await runtime.handle(await toDurableRequest(exchange, path)), (value) => value),
  };
}

async function toDurableRequest(
  { request, readBody, gone }: Exchange,
  path: string,
): Promise<DurableRequest> {
  return {
    method: request.method,
    path,
    query: request.url.searchParams,
    headers: Object.fromEntries(request.headers),
    body: await readBody(requestLimitBytes()),
    gone,
  };
}

function toAnswer(
  response: Awaited<ReturnType<DurableRuntime['handle']>>,
  sign: (value: unknown) => unknown,
): Answer {
  const headers = sign(response.headers ?? {}) as Record<string, string>;
  if (response.body === undefined) return { status: response.status, headers };
  return jsonAnswer(response.status, sign(response.body), headers);
}

/** Adds the key to every URL below the webhook's root, wherever in a value it stands. */
function withCode(value: unknown, root: string, code: string): unknown {
  if (typeof value === 'string') {
    return value.startsWith(`${root}/`) ? `${value}${value.includes('?') ? '&' : '?'}code=${code}` : value;
  }
  if (Array.isArray(value)) return value.map((item) => withCode(item, root, code));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withCode(item, root, code)]));
}
