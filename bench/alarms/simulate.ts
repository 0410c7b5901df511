import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { drawBinomial, seedRandom } from '../../shared/gates/statistics/random.ts';
import { median } from '../measure/statistics.ts';
import {
  adwin,
  type Detector,
  eachByItself,
  kswin,
  lond,
  pageHinkley,
  pointThreshold,
  someOf,
  type Window,
} from './detectors.ts';
import { ratchetRule } from './ratchet-rule.ts';
import { limit, type Stream } from './streams.ts';

export const confidence = 0.95;

export interface Settings {
  readonly seed: string;
  readonly worlds: number;
}

/** What one way of watching made of one stream. */
export interface Watched {
  readonly method: string;
  /** Before the model falls, a year. */
  readonly falseAlarms: number;
  /** Worlds with any of them; the exact 95 % interval of the simulation. */
  readonly anyFalse: { readonly share: number; readonly low: number; readonly high: number };
  /** Windows from the beginning of the fall to the first alarm, over the worlds that have one; null: none has, or nothing falls. */
  readonly delay: number | null;
  /** Share of the worlds in which the fall raises no alarm by the end of the year; null: nothing falls. */
  readonly missed: number | null;
}

export const ownMethods = ['Ratchet, confidence 0.95', 'Ratchet, confidence 0.95, 2 of 3'] as const;

function openDetectors(stream: Stream, seed: string): readonly (readonly [string, Detector])[] {
  const everyMs = (365 * 86_400_000) / stream.windows;
  const rule = { below: limit, breaches: 1, windows: 1 };
  return [
    ['value alone', pointThreshold(limit)],
    ['2 of 3 values', someOf(2, 3, limit)],
    ['each interval by itself, 0.95', eachByItself(limit, confidence)],
    ['LOND, 0.95', lond(limit, confidence)],
    [ownMethods[0], ratchetRule({ ...rule, confidence }, everyMs)],
    [ownMethods[1], ratchetRule({ ...rule, confidence, breaches: 2, windows: 3 }, everyMs)],
    ['ADWIN', adwin()],
    ['Page-Hinkley', pageHinkley()],
    ['KSWIN', kswin(seedRandom(`${seed} kswin`))],
  ];
}

/** All methods see the same worlds. */
export function watchStream(stream: Stream, { seed, worlds }: Settings): readonly Watched[] {
  const found = new Map<string, { falseAlarms: number; anyFalse: number; delays: number[] }>();
  for (let world = 0; world < worlds; world++) {
    const name = `${seed} ${stream.name} ${stream.rows} ${stream.windows} ${world}`;
    const windows = drawWindows(stream, name);
    for (const [method, detector] of openDetectors(stream, name)) {
      const sum = found.get(method) ?? { falseAlarms: 0, anyFalse: 0, delays: [] };
      const { before, first } = watchWorld(windows, detector, stream.fallsAt);
      sum.falseAlarms += before;
      sum.anyFalse += Number(before > 0);
      if (first !== null) sum.delays.push(first);
      found.set(method, sum);
    }
  }
  const { fallsAt } = stream;
  const years = worlds * ((fallsAt ?? stream.windows) / stream.windows);
  return [...found].map(([method, { falseAlarms, anyFalse, delays }]) => {
    const range = exactProportion(anyFalse, worlds).interval(0.95);
    return {
      method,
      falseAlarms: falseAlarms / years,
      anyFalse: { share: anyFalse / worlds, ...range },
      delay: delays.length === 0 ? null : median(delays),
      missed: fallsAt === null ? null : 1 - delays.length / worlds,
    };
  });
}

function drawWindows({ rows, windows, truth }: Stream, seed: string): readonly Window[] {
  const random = seedRandom(seed);
  return Array.from({ length: windows }, (_, window) => ({
    rows,
    right: drawBinomial(random, rows, truth(window)),
  }));
}

function watchWorld(
  windows: readonly Window[],
  detector: Detector,
  fallsAt: number | null,
): { readonly before: number; readonly first: number | null } {
  let before = 0;
  for (const [at, window] of windows.entries()) {
    if (!detector(window)) continue;
    if (fallsAt !== null && at >= fallsAt) return { before, first: at - fallsAt };
    before++;
  }
  return { before, first: null };
}
