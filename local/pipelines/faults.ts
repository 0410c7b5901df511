/** Deliberate unkindness for tests: what befalls the next requests, one each. */
import { ServiceError } from '../http/service-error.ts';

const faultKinds = ['lose-reply', 'throttle', 'unavailable', 'gateway', 'unauthorized', 'forbidden'] as const;

/**
 * `lose-reply`: it is done, and the connection ends without an answer. `throttle`: 429 with Retry-After. `unavailable`: 503.
 * `gateway`: 502 with a page. `unauthorized`: 401. `forbidden`: 403. `method`: which requests; absent: any.
 */
export interface Fault {
  readonly kind: (typeof faultKinds)[number];
  readonly method?: string;
}

/** Reads the body of `PUT {control}/pipelines/faults`: `{"next": [{"kind": "lose-reply", "method": "POST"}]}`. */
export function parseFaults(body: unknown): readonly Fault[] {
  const next = (body as { next?: unknown } | null | undefined)?.next;
  if (Array.isArray(next) && next.every(isFault)) return next;
  throw new ServiceError(
    400,
    'BadArgumentError',
    `next: expected a list of {kind: ${faultKinds.join(' | ')}, method?}`,
  );
}

function isFault(value: unknown): value is Fault {
  const { kind, method } = (value ?? {}) as Partial<Fault>;
  return faultKinds.some((known) => known === kind) && ['undefined', 'string'].includes(typeof method);
}
