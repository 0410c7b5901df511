import { readIsoTime } from '../domain/iso-time.ts';

/** An event, whichever of Event Grid's two schemas it came in. */
export interface IncomingEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  /** ISO 8601, UTC, or null. */
  readonly time: string | null;
  /** The payload. Look its fields up with `field`: services write their keys in either casing. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads the Event Grid schema (`eventType`) or CloudEvents 1.0 (`specversion`, `type`); null for anything else. */
export function readEvent(raw: unknown): IncomingEvent | null {
  if (!isRecord(raw)) return null;
  const type = text(raw['eventType']) ?? text(raw['type']);
  const id = text(raw['id']);
  if (type === null || id === null) return null;
  return {
    id,
    type,
    subject: text(raw['subject']) ?? '',
    time: readIsoTime(raw['eventTime'] ?? raw['time']),
    data: isRecord(raw['data']) ? raw['data'] : {},
  };
}

/** A field of a payload by name, whatever its casing. The exact name wins. */
export function field(data: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(data, name)) return data[name];
  const key = Object.keys(data).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : data[key];
}

/** A non-empty string, or a number written as one; null otherwise. */
export function text(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** The beginning of a text from outside, for a sentence or as evidence. */
export function excerpt(value: string): string {
  return value.length <= longestExcerpt ? value : `${value.slice(0, longestExcerpt)}…`;
}

const longestExcerpt = 200;

/** An object, or the text of one: tags come as either. Null for anything else. */
export function record(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'string') return isRecord(value) ? value : null;
  try {
    const parsed: unknown = JSON.parse(value);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
