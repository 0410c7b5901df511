import type { HttpRequest } from '@azure/functions';
import { readIsoTime } from '../domain/iso-time.ts';
import { RatchetError } from '../errors.ts';

/** A whole number of the query string within bounds, or `fallback` where it is not given. */
export function readCount(
  request: HttpRequest,
  name: string,
  bounds: { fallback: number; max: number },
): number {
  const text = request.query.get(name);
  if (text === null) return bounds.fallback;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= bounds.max) return value;
  throw new RatchetError(
    'bad-request',
    `${name}: expected a whole number from 1 to ${bounds.max}, got ${quote(text)}`,
  );
}

/** Which page of a listing is asked for: `?limit=&continuation=`. */
export function readPaging(
  request: HttpRequest,
  max = 1000,
): { limit: number; continuation: string | undefined } {
  return {
    limit: readCount(request, 'limit', { fallback: 100, max }),
    continuation: request.query.get('continuation') ?? undefined,
  };
}

/** A place in bytes of the query string; 0 where it is not given. */
export function readOffset(request: HttpRequest, name: string): number {
  const text = request.query.get(name) ?? '0';
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RatchetError('bad-request', `${name}: expected a whole number of bytes, got ${quote(text)}`);
}

/** One of the words allowed, or undefined where it is not given. */
export function readChoice<Word extends string>(
  request: HttpRequest,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word) return word;
  throw new RatchetError('bad-request', `${name}: expected one of ${words.join(', ')}, got ${quote(text)}`);
}

/** A time of the query string as ISO 8601 in UTC, or undefined where it is not given; without a zone it is in UTC. */
export function readTime(request: HttpRequest, name: string): string | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  const time = readIsoTime(text);
  if (time !== null) return time;
  throw new RatchetError('bad-request', `${name}: expected an ISO 8601 time, got ${quote(text)}`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
