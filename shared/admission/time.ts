import { parseDurationMs } from '../config/duration.ts';

/** A moment so many milliseconds later: ISO 8601, UTC. */
export function addMs(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
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

/** `2.5 days`, `6 hours`, `20 minutes`. */
export function formatMs(ms: number): string {
  const days = ms / 86_400_000;
  if (days >= 1) return `${Number(days.toFixed(1))} days`;
  const hours = ms / 3_600_000;
  return hours >= 1 ? `${Number(hours.toFixed(1))} hours` : `${Number((ms / 60_000).toFixed(1))} minutes`;
}

/** The later of two moments in the same notation. */
export function later(a: string, b: string): string {
  return a > b ? a : b;
}

export function earlier(a: string, b: string): string {
  return a < b ? a : b;
}
