import { createHash } from 'node:crypto';

/** 128 bits of a text's SHA-256 as 32 hex digits: a name for what is too long, or holds what a name may not. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
