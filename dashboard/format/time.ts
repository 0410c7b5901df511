/** Times and durations for a person. Pure: the clock, the language and the zone are inputs. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const units = [
  [365 * dayMs, 'y'],
  [30 * dayMs, 'mo'],
  [dayMs, 'd'],
  [hourMs, 'h'],
  [minuteMs, 'min'],
  [1_000, 's'],
] as const;

/** The two greatest units of a length of time: `2 h 5 min`, `3 d`, `under 1 s`. */
export function describeSpan(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    if (count === 0 && parts.length === 0) continue;
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * size;
    // `1 d 4 s` would tell more than anybody wants to know.
    if (parts.length === 2 || count === 0) break;
  }
  return parts.length === 0 ? 'under 1 s' : parts.join(' ');
}

/** The greatest unit alone: how long ago, or until. */
export function describeAge(iso: string, nowMs: number): string {
  const distance = Date.parse(iso) - nowMs;
  if (Number.isNaN(distance)) return iso;
  const size = Math.abs(distance);
  if (size < 1_000) return 'now';
  const [unitMs, unit] = units.find(([unitMs]) => size >= unitMs)!;
  const count = `${Math.floor(size / unitMs)} ${unit}`;
  return distance < 0 ? `${count} ago` : `in ${count}`;
}

interface Place {
  /** BCP 47; undefined: the reader's own. */
  readonly language?: string | undefined;
  /** IANA; undefined: the reader's own. */
  readonly zone?: string | undefined;
}

/** In the reader's zone, with as much as tells it apart from now: `14:05`, `3 Mar 14:05`, `3 Mar 2002`. */
export function formatTime(iso: string, nowMs: number, { language, zone }: Place = {}): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const part = (of: Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(of);
  const day = { day: 'numeric', month: 'short' } as const;
  const isThisYear = part(time, { year: 'numeric' }) === part(new Date(nowMs), { year: 'numeric' });
  const isToday = isThisYear && part(time, day) === part(new Date(nowMs), day);
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  if (isToday) return part(time, clock);
  return part(time, { ...day, ...(isThisYear ? {} : { year: 'numeric' }), ...clock });
}

/** The day alone, in the reader's zone: `3 Mar`, `3 Mar 2002`. */
export function formatDay(time: Date, nowMs: number, { language, zone }: Place = {}): string {
  const part = (of: Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(of);
  const isThisYear = part(time, { year: 'numeric' }) === part(new Date(nowMs), { year: 'numeric' });
  return part(time, { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) });
}

/** A time to the second in the reader's zone, and in UTC. */
export function formatTimeWhole(iso: string, { language, zone }: Place = {}): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const here = new Intl.DateTimeFormat(language, {
    ...{ timeZone: zone, dateStyle: 'medium', timeStyle: 'long' },
  }).format(time);
  return `${here} · ${time.toISOString().replace('.000Z', 'Z')} UTC`.replace('Z UTC', ' UTC');
}
