/** Deliberate unkindness for tests: what at-least-once, unordered delivery allows, made likely and repeatable. */
export interface Chaos {
  /** Probability, 0 to 1, that an event is never delivered. */
  readonly drop?: number;
  /** Probability, 0 to 1, that an event is delivered twice. */
  readonly duplicate?: number;
  /** Each delivery is late by up to this much, on the clock. */
  readonly delayMs?: number;
  /** Deliver what is due in random order. */
  readonly shuffle?: boolean;
  /** Equal seeds give equal choices. */
  readonly seed?: number;
}

/** A number in [0, 1) at every call; the sequence depends on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface PlannedDelivery {
  readonly delayMs: number;
  /** Rank among what is due; null keeps the order of arrival. */
  readonly rank: number | null;
}

export function planDeliveries(chaos: Chaos, random: () => number): PlannedDelivery[] {
  if (chaos.drop && random() < chaos.drop) return [];
  const copies = random() < (chaos.duplicate ?? 0) ? 2 : 1;
  return Array.from({ length: copies }, () => ({
    delayMs: Math.floor(random() * (chaos.delayMs ?? 0)),
    rank: chaos.shuffle ? Math.floor(random() * 2 ** 31) : null,
  }));
}
