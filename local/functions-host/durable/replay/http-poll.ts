import { EventType } from '../history.ts';
import type { HttpCall } from '../orchestrator-result.ts';
import type { Completion } from './schedule.ts';

const defaultDelayMs = 30_000;

/** Where and when to ask again after an answer 202 with a Location; null when the answer is the last. */
export function readPollLocation(event: Completion, base: string): { uri: string; delayMs: number } | null {
  if (event.EventType !== EventType.TaskCompleted) return null;
  const answer = JSON.parse(event.Result) as { statusCode: number; headers: Record<string, string> };
  const header = (name: string): string | undefined =>
    answer.headers[name] ?? answer.headers[name.toLowerCase()];
  const location = header('Location');
  if (answer.statusCode !== 202 || location === undefined) return null;
  const retryAfterSeconds = Number(header('Retry-After'));
  const delayMs = retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : defaultDelayMs;
  return { uri: new URL(location, base).href, delayMs };
}

/** Names of headers that say who the caller is: they stay with the origin they were meant for. */
const credentials = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * The request that asks for the state of accepted work. A function's key opens that function only, so it is not sent
 * along, as under the Durable extension; other credentials go to the same origin only.
 */
export function toPoll({ content: _, ...call }: HttpCall, uri: string): HttpCall {
  const isElsewhere = new URL(uri).origin !== new URL(call.uri).origin;
  const kept = Object.entries(call.headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase();
    return lower !== 'x-functions-key' && !(isElsewhere && credentials.has(lower));
  });
  return { ...call, method: 'GET', uri, ...(call.headers ? { headers: Object.fromEntries(kept) } : {}) };
}
