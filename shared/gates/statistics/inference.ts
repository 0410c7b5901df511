import type { UnitsSeen } from '../dependence.ts';

/** A range that holds the true value with the stated confidence; error is shared equally between the two ends. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * What the rows let one say of a true value: an estimate, intervals, and tests against any limit.
 *
 * Invariant: intervals and tests agree. `atMost(limit)` is under (1 - confidence) / 2 exactly where the interval of
 * that confidence lies above the limit, up to rounding; `atLeast` likewise below.
 */
export interface Inference {
  /** Name of the method, as the report shows it. */
  readonly method: string;
  readonly estimate: number;
  /**
   * How many rows without skewness tell as much about each end (even-rows.ts): too few for a confidence, and that end of
   * its interval means nothing. Omitted where the method is exact.
   */
  readonly evenRows?: Range;
  /** What counts once where rows depend on each other; omitted where it is the row. */
  readonly units?: UnitsSeen | undefined;
  readonly interval: (confidence: number) => Range;
  /** The interval if all rows there are were like those seen; omitted where it would be the same. */
  readonly seenOnly?: (confidence: number) => Range;
  /** One-sided p-value of "the true value is at most the limit": small where it is above. */
  readonly atMost: (limit: number) => number;
  /** One-sided p-value of "the true value is at least the limit": small where it is below. */
  readonly atLeast: (limit: number) => number;
}

/** Why the rows allow no statement. */
export interface NoInference {
  readonly why: string;
  readonly units?: UnitsSeen | undefined;
}

/** The inference about `transform(value)`, for a transform that only rises or only falls. */
export function transformInference(
  inner: Inference,
  transform: (value: number) => number,
  inverse: (value: number) => number,
  rises: boolean,
): Inference {
  const { evenRows, units, seenOnly } = inner;
  const turn = ({ low, high }: Range): Range =>
    rises ? { low: transform(low), high: transform(high) } : { low: transform(high), high: transform(low) };
  return {
    units,
    method: inner.method,
    estimate: transform(inner.estimate),
    ...(evenRows && { evenRows: rises ? evenRows : { low: evenRows.high, high: evenRows.low } }),
    interval: (confidence) => turn(inner.interval(confidence)),
    ...(seenOnly && { seenOnly: (confidence: number) => turn(seenOnly(confidence)) }),
    atMost: (limit) => (rises ? inner.atMost(inverse(limit)) : inner.atLeast(inverse(limit))),
    atLeast: (limit) => (rises ? inner.atLeast(inverse(limit)) : inner.atMost(inverse(limit))),
  };
}
