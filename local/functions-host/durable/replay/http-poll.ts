import { EventType } from '../history.ts';
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
