/**
 * Arithmetic on moments, as texts (ISO 8601, UTC) that sort as their times do. Pure, and total: no moment is later than
 * the end of the year 9999, after which texts sort otherwise, and no result is an invalid date.
 */
import { parseDurationMs } from '../config/duration.ts';

const lastMs = Date.parse('9999-12-31T23:59:59.999Z');
const firstMs = Date.parse('0000-01-01T00:00:00.000Z');

/** A moment as text. What lies outside of the years 0 to 9999 is taken as their first or last moment. */
export function isoOf(ms: number): string {
  return new Date(Math.min(Math.max(ms, firstMs), lastMs)).toISOString();
}

/** A moment so many milliseconds later: ISO 8601, UTC. */
export function addMs(time: string, ms: number): string {
  return isoOf(Date.parse(time) + ms);
}

const read = new Map<string, number>();

/** The schema has checked the text; a duration that does not parse here is a broken invariant. */
export function durationMs(text: string): number {
  const known = read.get(text);
  if (known !== undefined) return known;
  const ms = parseDurationMs(text);
  if (ms === null) throw new Error(`policy duration ${JSON.stringify(text)} is not an ISO 8601 duration`);
  read.set(text, ms);
  return ms;
}

/** `2.5 days`, `6 hours`, `20 minutes`, `5 seconds`. */
export function formatMs(ms: number): string {
  const days = ms / 86_400_000;
  if (days >= 1) return count(days, 'day');
  const hours = ms / 3_600_000;
  if (hours >= 1) return count(hours, 'hour');
  const minutes = ms / 60_000;
  return minutes >= 1 ? count(minutes, 'minute') : count(ms / 1000, 'second');
}

function count(value: number, unit: string): string {
  const rounded = Number(value.toFixed(1));
  return `${rounded} ${unit}${rounded === 1 ? '' : 's'}`;
}

/** The later of two moments in the same notation. */
export function later(a: string, b: string): string {
  return a > b ? a : b;
}

export function earlier(a: string, b: string): string {
  return a < b ? a : b;
}
