import type { Actor } from './actor.ts';

/** A person's or a machine's word: who, why and when (ISO 8601, UTC). */
export interface Word {
  /** For people to read. */
  readonly by: string;
  /** Who it was, as the platform has proven it. Absent: from before it was, `by` is what a caller said of itself. */
  readonly actor?: Actor;
  readonly reason: string;
  readonly at: string;
}

/** The word in what has more to say. */
export function wordOf({ by, actor, reason, at }: Word): Word {
  return { by, ...(actor && { actor }), reason, at };
}
