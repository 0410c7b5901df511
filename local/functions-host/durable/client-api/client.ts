import { utcTimeMs } from '../../../clock/utc-time.ts';
import type { DurableRequest, DurableResponse } from '../../contract.ts';
import type { Completions } from '../completions.ts';
import type { Engine } from '../engine.ts';

/** What answering a client needs besides the request. */
export interface Client {
  readonly engine: Engine;
  readonly completions: Completions;
  readonly origin: string;
  readonly hubName: string;
}

/** `params` are the decoded variable parts of the path, in order. */
export type Handler = (
  client: Client,
  request: DurableRequest,
  params: readonly string[],
) => DurableResponse | Promise<DurableResponse>;

export const accepted: DurableResponse = { status: 202 };
export const gone: DurableResponse = { status: 410 };

export function refusal(status: number, Message: string): DurableResponse {
  return { status, body: { Message } };
}

export function noInstance(id: string): DurableResponse {
  return refusal(404, `No instance with ID '${id}' found.`);
}

export function header(request: DurableRequest, name: string): string | undefined {
  const found = Object.keys(request.headers).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : request.headers[found];
}

/** JSON text of a body in its shortest form, null for an empty body, undefined when it is no JSON. */
export function readJsonText(body: Uint8Array): string | null | undefined {
  if (body.byteLength === 0) return null;
  try {
    return JSON.stringify(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()));
  } catch {
    return undefined;
  }
}

/** Milliseconds of a time in the query, null when absent, undefined when unreadable. */
export function readTime(query: URLSearchParams, name: string): number | null | undefined {
  const text = query.get(name);
  if (text === null || text === '') return null;
  const timeMs = utcTimeMs(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
