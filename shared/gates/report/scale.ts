/** Places numbers along an axis of a plot. Whatever comes in, every place is a finite number within the axis. */
export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** So far from the greatest double that no difference of two overflows. */
const farthest = Number.MAX_VALUE / 4;

const tame = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.min(farthest, Math.max(-farthest, value));

/** An axis from `start` to `end` that has room for all values, and a little to spare on either side. */
export function fitScale(values: readonly number[], start: number, end: number): Scale {
  const tamed = values.map(tame);
  const [least, most] = [Math.min(...tamed), Math.max(...tamed)];
  const width = Math.max(most - least, Math.max(Math.abs(least), Math.abs(most), 1e-3) * 1e-6);
  return makeScale({ low: least - 0.08 * width, high: most + 0.08 * width }, start, end);
}

/** An axis over exactly this range. */
export function makeScale(
  range: { readonly low: number; readonly high: number },
  start: number,
  end: number,
): Scale {
  const [low, high] = [tame(range.low), tame(range.high)];
  const place = (value: number): number => {
    const share = (tame(value) - low) / (high - low);
    return start + (end - start) * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0.5));
  };
  const most = Math.max(2, Math.floor(Math.abs(end - start) / 60));
  return {
    place,
    ticks: findTicks(low, high, most).map((value) => ({ at: place(value), label: shorten(value) })),
  };
}

/** Round numbers: multiples of 1, 2 or 5 times a power of ten. */
function findTicks(low: number, high: number, most: number): number[] {
  const least = (high - low) / most;
  if (!(least > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least);
  if (!step || !Number.isFinite(step)) return [low];
  const first = Math.ceil(low / step) * step;
  const all = Array.from({ length: most + 1 }, (_, at) => first + at * step);
  return all.filter((value) => value >= low && value <= high);
}

const shorten = (value: number): string => String(Number(value.toPrecision(6)));

/** A coordinate as it is written. */
export const at = (value: number): string => String(Number(value.toFixed(1)));
