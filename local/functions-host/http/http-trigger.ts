/** Runs a function for an HTTP request, and turns what it returned into an answer. */
import { randomUUID } from 'node:crypto';
import { errorDetail } from '../../process/local-error.ts';
import type { Log } from '../../process/log.ts';
import type { LoadedApp } from '../app/load-app.ts';
import { longestReadMs } from '../app/under-way.ts';
import type { TypedData } from '../contract.ts';
import { requestLimitBytes } from './body.ts';
import { type RpcHttpResponse, toAnswer } from './http-response.ts';
import { BodyPace } from './paced-body.ts';
import { type HostRequest, joinQuery } from './request.ts';
import type { RouteValues } from './route-template.ts';
import type { Route } from './router.ts';
import type { Answer, Exchange } from './server.ts';
import { forwardStream } from './stream-trigger.ts';
import { traceOf } from './trace-headers.ts';

interface HttpTriggerDependencies {
  readonly app: LoadedApp;
  readonly log: Log;
  readonly customHeaders: Readonly<Record<string, string>>;
}

/** An answer that is not streamed is whole before its first byte is sent. */
const longestAnswerBytes = 100 * 1024 * 1024;

export async function runHttpTrigger(
  { app, log, customHeaders }: HttpTriggerDependencies,
  exchange: Exchange,
  route: Route,
  values: RouteValues,
): Promise<Answer> {
  const invocationId = randomUUID();
  const { request } = exchange;
  const trace = traceOf(request);
  if (app.streamUrl !== null) {
    return forwardStream({
      app,
      log,
      streamUrl: app.streamUrl,
      exchange,
      route,
      values,
      invocationId,
      trace,
    });
  }
  const body = await exchange.readBody(requestLimitBytes());
  const trigger = { http: toRpcHttpRequest(request, values, body) };
  const pace = new BodyPace(exchange.gone, longestAnswerBytes);
  const isRead = request.method === 'GET';
  const waits = isRead ? setTimeout(() => exchange.hold.pause(), longestReadMs).unref() : undefined;
  try {
    const { returnValue } = await app.invoke(
      route.fn,
      { trigger },
      { invocationId, ...trace, isRead, onReturn: (result) => pace.pace(result) },
    );
    return toAnswer(httpOf(returnValue), customHeaders);
  } catch (error) {
    log('error', `failed: ${errorDetail(error)}`, { function: route.fn.name, invocationId });
    return { status: 500, headers: customHeaders };
  } finally {
    clearTimeout(waits);
  }
}

function httpOf(value: TypedData | null | undefined): RpcHttpResponse | null {
  return (value?.http as RpcHttpResponse | undefined) ?? null;
}

type NullableMap = Record<string, { value: string }>;

/** Maps without a prototype: a header or parameter may be called `__proto__`. */
function toNullableMap(entries: Iterable<readonly [string, string]>): NullableMap {
  const map: NullableMap = Object.create(null);
  for (const [name, value] of entries) map[name] = { value };
  return map;
}

function toRpcHttpRequest(
  request: HostRequest,
  values: RouteValues,
  body: Uint8Array,
): Record<string, unknown> {
  return {
    method: request.method,
    url: request.url.href,
    nullableHeaders: toNullableMap(request.headers),
    nullableQuery: toNullableMap(joinQuery(request.url.searchParams)),
    nullableParams: toNullableMap(Object.entries(values)),
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
}
