/**
 * Ids of traces and spans, made from the ids of what they are about. Pure.
 *
 * A signal, a run and a release have a trace each. Whoever knows the id of one knows its trace: spans of one trace come from
 * many processes over days, spans link to one another, and nothing of it is carried in orchestrations, whose histories stay
 * as they are. A step that is repeated has a span of its own; what is told twice of a run is the same span twice.
 */
import { createHash } from 'node:crypto';

export interface SpanIds {
  /** 32 and 16 hex digits (W3C Trace Context). */
  readonly traceId: string;
  readonly spanId: string;
}

/** Of the span of a signal, run or release as a whole. */
export function idsOf(what: 'signal' | 'run' | 'release', id: string): SpanIds {
  const digits = createHash('sha256').update(`ratchet ${what} ${id}`).digest('hex');
  return { traceId: digits.slice(0, 32), spanId: digits.slice(32, 48) };
}

/** Of a part of it. */
export function partOf(whole: SpanIds, part: string): SpanIds {
  const digits = createHash('sha256').update(`${whole.spanId} ${part}`).digest('hex');
  return { traceId: whole.traceId, spanId: digits.slice(0, 16) };
}

/** What `traceparent` says, or null where it says nothing. */
export function readTraceParent(text: string | null | undefined): SpanIds | null {
  const [, traceId, spanId] = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/.exec(text ?? '') ?? [];
  const isZero = (digits: string): boolean => /^0+$/.test(digits);
  return traceId && spanId && !isZero(traceId) && !isZero(spanId) ? { traceId, spanId } : null;
}
