/**
 * HTTP triggers of an app that called `app.setup({ enableHttpStream: true })`: the request goes to the library's own
 * server as it comes in, beside the invocation, and the library answers there.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorDetail } from '../../process/local-error.ts';
import type { Log } from '../../process/log.ts';
import type { LoadedApp } from '../app/load-app.ts';
import type { TypedData } from '../contract.ts';
import { requestLimitBytes } from './body.ts';
import { BodyPace } from './paced-body.ts';
import { joinQuery } from './request.ts';
import type { RouteValues } from './route-template.ts';
import type { Route } from './router.ts';
import type { Answer, Exchange } from './server.ts';
import type { TraceHeaders } from './trace-headers.ts';

interface StreamCall {
  readonly app: LoadedApp;
  readonly log: Log;
  readonly streamUrl: string;
  readonly exchange: Exchange;
  readonly route: Route;
  readonly values: RouteValues;
  readonly invocationId: string;
  readonly trace: TraceHeaders;
}

export function forwardStream(call: StreamCall): Promise<Answer> {
  const { app, log, route, invocationId, trace } = call;
  const gaveUp = new AbortController();
  const { gone } = call.exchange;
  const pace = new BodyPace(gone);
  const answered = forward(call, AbortSignal.any([gaveUp.signal, gone]), pace);
  return new Promise((resolve, reject) => {
    const giveUp = (answer: Answer): void => {
      resolve(answer);
      gaveUp.abort();
    };
    answered.then(resolve, reject);
    app
      .invoke(
        route.fn,
        { trigger: { http: {} }, triggerMetadata: toMetadata(call) },
        {
          invocationId,
          ...trace,
          // The library sends nothing for a function that returned nothing: the caller would wait for ever.
          onReturn: (result) => {
            if (result === null || result === undefined) giveUp({ status: 204 });
            return pace.pace(result);
          },
        },
      )
      .catch((error) => {
        log('error', `failed: ${errorDetail(error)}`, { function: route.fn.name, invocationId });
        giveUp({ status: 500 });
      });
  });
}

/**
 * The library makes `request.params` of these: like the real host, route values and every query parameter but the key,
 * a route value before a parameter of its name.
 */
function toMetadata({ exchange: { request }, values }: StreamCall): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = Object.create(null);
  const query = joinQuery(request.url.searchParams);
  for (const [name, value] of query) if (name.toLowerCase() !== 'code') metadata[name] = { string: value };
  for (const [name, value] of Object.entries(values)) metadata[name] = { string: value };
  metadata['Query'] = { json: JSON.stringify(Object.fromEntries(query)) };
  metadata['Headers'] = { json: JSON.stringify(Object.fromEntries(request.headers)) };
  return metadata;
}

function forward(
  { exchange, streamUrl, invocationId }: StreamCall,
  signal: AbortSignal,
  pace: BodyPace,
): Promise<Answer> {
  const { url, method } = exchange.request;
  const ofConnection = new Set(['connection', 'expect', 'upgrade']);
  const headers = Object.fromEntries(
    [...exchange.request.headers].filter(([name]) => !ofConnection.has(name)),
  );
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(`${url.pathname}${url.search}`, streamUrl), {
      method,
      signal,
      headers: {
        ...headers,
        'x-ms-invocation-id': invocationId,
        'x-forwarded-host': url.host,
        'x-forwarded-proto': 'http',
      },
    });
    outgoing.once('response', (incoming) => resolve(toStreamAnswer(incoming, pace)));
    outgoing.once('error', reject);
    pipeline(exchange.streamBody(requestLimitBytes()), outgoing).catch(reject);
  });
}

function toStreamAnswer(incoming: IncomingMessage, pace: BodyPace): Answer {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && name !== 'connection' && name !== 'transfer-encoding') headers[name] = value;
  }
  return { status: incoming.statusCode ?? 502, headers, body: Readable.from(take(incoming, pace)) };
}

async function* take(incoming: IncomingMessage, pace: BodyPace): AsyncGenerator<Buffer> {
  for await (const chunk of incoming) {
    yield chunk;
    pace.taken(chunk.length);
  }
}
