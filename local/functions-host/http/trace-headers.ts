/** The W3C trace context of a request. */
import type { HostRequest } from './request.ts';

export interface TraceHeaders {
  readonly traceParent?: string;
  readonly traceState?: string;
}

const traceParentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function traceOf({ headers }: HostRequest): TraceHeaders {
  const traceParent = headers.get('traceparent');
  if (traceParent === undefined || !traceParentPattern.test(traceParent)) return {};
  return { traceParent, traceState: headers.get('tracestate') ?? '' };
}
