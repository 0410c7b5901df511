import type { HttpRequest } from '@azure/functions';
import { RatchetError } from '../errors.ts';

/** The header that makes a repeated request the same request; null where there is none. */
export function readIdempotencyKey(request: HttpRequest): string | null {
  const key = request.headers.get('idempotency-key');
  if (key === null || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new RatchetError('bad-request', 'Idempotency-Key: expected 1 to 200 visible ASCII characters');
}
