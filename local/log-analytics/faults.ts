/** Deliberate unkindness for tests: what the service may answer at any time, made certain for the next queries. */
import { ServiceError } from '../http/service-error.ts';
import { quote } from './quote.ts';

export const faults = ['partial', 'timeout', 'throttled', 'gateway'] as const;

/**
 * `partial`: status 200 with half of the rows and an error. `timeout`: 504 of the service. `throttled`: 429.
 * `gateway`: 502 with a page that is no JSON, from something in front of the service.
 */
export type Fault = (typeof faults)[number];

/** Reads the body of `PUT {control}/logs/faults`: `{"next": ["partial", "timeout"]}`. */
export function parseFaults(body: unknown): readonly Fault[] {
  const next = (body as { next?: unknown } | null | undefined)?.next;
  if (Array.isArray(next) && next.every((fault) => (faults as readonly unknown[]).includes(fault)))
    return next;
  const message = `next: expected a list of ${faults.join(', ')}, got ${quote(next)}`;
  throw new ServiceError(400, 'BadArgumentError', message);
}
