/**
 * Which part of the host answers a request, and whether its key opens that door.
 *
 * Invariants
 * 0. App Service authentication stands before everything, as in Azure (sign-in/).
 * 1. The host's own roots come before the app's routes; no route of an app can lie below them (router.ts sees to it).
 * 2. A request without the right key gets 401 and learns nothing else.
 * 3. The host's own roots take no body that a page of another origin could send (http/guard.ts).
 * 4. Once the host is stopping, only the app's own calls to its durable client are answered.
 */
import { notByPages, refuseBody } from '../http/guard.ts';
import { type AdminDependencies, handleAdmin } from './admin/admin.ts';
import type { RetryDependencies } from './app/retry.ts';
import type { BlobTriggers } from './blob/blob-triggers.ts';
import type { DurableWebhook } from './durable-webhook.ts';
import { handleEventGrid } from './event-grid/webhook.ts';
import { runHttpTrigger } from './http/http-trigger.ts';
import type { Door, Keys } from './http/keys.ts';
import { presentedKey } from './http/request.ts';
import type { Router } from './http/router.ts';
import { type Answer, type Exchange, jsonAnswer } from './http/server.ts';
import { logoutPath } from './sign-in/login-page.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import { linkPath } from './sign-in/sign-in-links.ts';

interface DispatchDependencies extends RetryDependencies {
  readonly keys: Keys;
  readonly router: Router;
  /** Null: the app has no durable function. */
  readonly durable: DurableWebhook | null;
  /** Null: the app has no blob trigger. */
  readonly blobs: BlobTriggers | null;
  readonly signIn: SignIn;
  readonly admin: AdminDependencies;
  readonly customHeaders: Readonly<Record<string, string>>;
}

interface Target {
  readonly door: Door;
  /** One of the host's own roots. */
  readonly isOwn?: boolean;
  answer(exchange: Exchange): Promise<Answer>;
}

const notFound: Target = { door: { kind: 'anonymous' }, answer: async () => ({ status: 404 }) };

export function createDispatcher(
  dependencies: DispatchDependencies,
): (exchange: Exchange) => Promise<Answer> {
  return async (incoming) => {
    const exchange = { ...incoming, request: dependencies.signIn.admit(incoming.request) };
    const path = exchange.request.url.pathname.replace(/^\//, '');
    if (path === '.auth/login/aad' && dependencies.signIn.login) return dependencies.signIn.login(exchange);
    if (path === logoutPath && dependencies.signIn.logout) return dependencies.signIn.logout(exchange);
    if (path === linkPath && dependencies.signIn.link) return dependencies.signIn.link(exchange);
    const rpcPath = findRpcPath(dependencies.durable, path);
    if (rpcPath !== null) {
      requireOwnBody(exchange);
      return dependencies.durable!.handleRpc(exchange, rpcPath);
    }
    if (dependencies.stopping.aborted)
      return { status: 503, headers: { connection: 'close', 'retry-after': '1' } };
    const target = findTarget(dependencies, exchange, path);
    if (!dependencies.keys.opens(target.door, presentedKey(exchange.request))) return { status: 401 };
    if (target.isOwn === true) requireOwnBody(exchange);
    return target.answer(exchange);
  };
}

function findRpcPath(durable: DurableWebhook | null, path: string): string | null {
  const below = /^durabletask\/(.*)$/is.exec(path)?.[1];
  return durable === null || below === undefined ? null : durable.openRpcPath(below);
}

function findTarget(dependencies: DispatchDependencies, exchange: Exchange, path: string): Target {
  const { durable, blobs, admin } = dependencies;
  const lower = path.toLowerCase().replace(/\/$/, '');
  if (lower === 'admin/host/ping') return { ...notFound, answer: async () => ({ status: 200 }) };
  if (lower.startsWith('admin/')) {
    const adminPath = lower.slice('admin/'.length);
    return own({ kind: 'admin' }, (from) => handleAdmin(admin, from, adminPath));
  }
  if (lower === 'runtime/webhooks/eventgrid') {
    return own({ kind: 'system', name: 'eventgrid_extension' }, (from) =>
      handleEventGrid(dependencies, from),
    );
  }
  if (blobs !== null && lower === 'runtime/webhooks/blobs') {
    return own({ kind: 'system', name: 'blobs_extension' }, (from) => blobs.handleWebhook(from));
  }
  const durablePath = /^runtime\/webhooks\/durabletask\/(.*)$/is.exec(path)?.[1];
  if (durable !== null && durablePath !== undefined) {
    const door: Door = { kind: 'system', name: 'durabletask_extension' };
    return own(door, (from) => durable.handleWebhook(from, durablePath));
  }
  return findRoute(dependencies, exchange) ?? (path === '' ? homePage(exchange) : notFound);
}

/** Throws a RequestError 415. */
function requireOwnBody({ message }: Exchange): void {
  const refusal = refuseBody(message, notByPages);
  if (refusal !== null) throw refusal;
}

function own(door: Door, answer: Target['answer']): Target {
  return { door, answer, isOwn: true };
}

function findRoute(dependencies: DispatchDependencies, { request }: Exchange): Target | null {
  const found = dependencies.router.find(request.method, request.segments);
  if (found === null) return null;
  const { route, values } = found;
  const doors: Record<typeof route.authLevel, Door> = {
    anonymous: { kind: 'anonymous' },
    function: { kind: 'function', name: route.fn.name },
    admin: { kind: 'admin' },
  };
  return {
    door: doors[route.authLevel],
    answer: (from) => runHttpTrigger(dependencies, from, route, values),
  };
}

/** As the real host's: it tells that something runs here. */
function homePage({ request }: Exchange): Target {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notFound;
  return { ...notFound, answer: async () => jsonAnswer(200, { status: 'running' }) };
}
