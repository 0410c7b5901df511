/** How sure it is that a value lies beyond its threshold, in words and numbers, where a rule asks. Pure. */
import type { BreachTest, Evidence } from '../domain/breach-test.ts';
import type { Json } from '../domain/json.ts';
import { testBreach } from './test-breach.ts';

interface Rule {
  readonly confidence?: number | undefined;
  readonly valueIs?: 'proportion' | undefined;
}

interface Seen {
  /** The metric's name. */
  readonly what: string;
  readonly value: number;
  readonly sample: number | null;
  readonly standardError?: number | null;
  readonly noError?: string | undefined;
}

interface SaidSurety {
  /** Follows what is said of a value that is beyond its threshold. */
  readonly said: string;
  readonly numbers: { readonly [key: string]: Json };
  readonly test: BreachTest;
  /** What the value says of a fall, wherever it lies; null: it has no interval. */
  readonly tested: Evidence | null;
}

/** Null: the rule does not ask. */
export function describeSurety(
  { confidence, valueIs }: Rule,
  { what: metric, value, sample, standardError = null, noError }: Seen,
  threshold: { readonly side: 'below' | 'above'; readonly limit: number },
): SaidSurety | null {
  if (confidence === undefined) return null;
  const sure = testBreach(threshold, { metric, value, sample, standardError, noError, valueIs });
  const known = { confidence, ...(standardError !== null && { standardError }) };
  if ('cannotSay' in sure) {
    const said = `, but it cannot be said whether the true value is: ${sure.cannotSay}`;
    return { said, numbers: { ...known, cannotSay: sure.cannotSay }, test: sure, tested: null };
  }
  const { p, evidence } = sure;
  const alpha = Number((1 - confidence).toPrecision(12));
  const bound = sure.boundAt(confidence);
  const end = threshold.side === 'below' ? 'at most' : 'at least';
  const most = p <= alpha ? `and the true value is ${end}` : 'but the true value may be';
  return {
    said: `, ${most} ${bound.toPrecision(4)} with confidence ${confidence}`,
    numbers: { ...known, bound, p },
    test: { p, alpha, evidence },
    tested: evidence,
  };
}
