/** Places numbers along an axis. Pure; whatever comes in, every place is a finite number within the axis. */

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A range that holds all values with a little to spare; of no values, and of one alone, one of some width. */
export function rangeOf(values: readonly number[], spare = 0.08): Range {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { low: 0, high: 1 };
  const [least, most] = finite.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [finite[0]!, finite[0]!],
  );
  const width = most - least || Math.max(Math.abs(most) * 0.1, 1e-6);
  return { low: least - spare * width, high: most + spare * width };
}

export function place(value: number, { low, high }: Range, start: number, end: number): number {
  const share = (value - low) / (high - low);
  return start + (end - start) * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0.5));
}

/** Round numbers within a range, `most` of them or fewer: multiples of 1, 2 or 5 times a power of ten. */
export function ticksOf({ low, high }: Range, most: number): number[] {
  const least = (high - low) / Math.max(1, most);
  if (!(least > 0) || !Number.isFinite(least)) return [low];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: Math.min(last - first + 1, most + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
}
