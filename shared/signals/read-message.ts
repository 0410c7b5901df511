/**
 * The events in the body of a message, however its sender and the platform wrapped them. Pure.
 *
 * Event Grid puts one event, or an array of them, into a message as JSON, and the platform hands it over parsed. Who
 * forwards events may leave bytes, a text of JSON, JSON within a text of JSON, or base64. What cannot be read as an
 * event is handed back with the reason: only a person can say what it was.
 */
import { excerpt, type IncomingEvent, isRecord, readEvent } from './read-event.ts';

interface ReadMessage {
  readonly events: readonly IncomingEvent[];
  readonly unreadable: readonly UnreadableBody[];
}

export interface UnreadableBody {
  /** For a person: what was expected, and what is there. */
  readonly reason: string;
  readonly body: unknown;
}

/** A text in a text in a text: nobody wraps deeper on purpose. */
const deepest = 4;

export function readMessage(body: unknown): ReadMessage {
  const found = [...readParts(body, 0)];
  if (found.length === 0) found.push({ reason: 'an array without an event', body });
  return {
    events: found.filter((part): part is IncomingEvent => !('reason' in part)),
    unreadable: found.filter((part) => 'reason' in part),
  };
}

function* readParts(body: unknown, depth: number): Generator<IncomingEvent | UnreadableBody> {
  const bytes = bytesOf(body);
  if (bytes !== null) {
    const text = decodeUtf8(bytes);
    if (text === null) yield { reason: `${bytes.length} bytes that are not text in UTF-8`, body };
    else yield* readText(text, body, depth);
  } else if (typeof body === 'string') {
    yield* readText(body, body, depth);
  } else if (Array.isArray(body) && depth < deepest) {
    for (const part of body) yield* readParts(part, depth + 1);
  } else {
    yield readEvent(body) ?? { reason: describe(body), body };
  }
}

/** `outer` is what the text was in: that is what is handed back. */
function* readText(text: string, outer: unknown, depth: number): Generator<IncomingEvent | UnreadableBody> {
  const value = depth < deepest ? (parseJson(text) ?? parseJson(decodeBase64(text))) : undefined;
  if (value === undefined) {
    const seen = text === '' ? 'it is empty' : `it begins ${JSON.stringify(excerpt(text).slice(0, 60))}`;
    yield { reason: `text that is not JSON: ${seen}`, body: outer };
  } else {
    yield* readParts(value, depth + 1);
  }
}

/** Undefined where the text is none. */
function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text in a text of base64, where it is one and not by chance: JSON of an event begins with a bracket. */
function decodeBase64(text: string): string | null {
  const isBase64 = /^[A-Za-z0-9+/\s]{8,}={0,2}\s*$/.test(text);
  const decoded = isBase64 ? decodeUtf8(Buffer.from(text, 'base64')) : null;
  return decoded !== null && /^\s*["{[]/.test(decoded) ? decoded : null;
}

/** Bytes as they come, or as JSON has them. */
function bytesOf(body: unknown): Uint8Array | null {
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const isWritten = isRecord(body) && body['type'] === 'Buffer' && Array.isArray(body['data']);
  return isWritten ? Uint8Array.from(body['data'] as number[]) : null;
}

/** Without a byte order mark; null where the bytes are no UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function describe(body: unknown): string {
  if (!isRecord(body))
    return `${JSON.stringify(body)?.slice(0, 60) ?? 'nothing'}, where an event is expected`;
  const keys = Object.keys(body).slice(0, 10).join(', ').slice(0, 200);
  return `an object that is no event of either schema: it lacks id and eventType or type, and has ${keys || 'no fields'}`;
}
