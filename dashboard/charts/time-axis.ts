/**
 * An axis of time on which idle stretches are short: what happened is what it has room for. Pure.
 *
 * Owns: where a time lies, and which stretches are compressed. Does not own: what is drawn there.
 *
 * Invariants
 * 1. Order is kept: a later time is never placed before an earlier one, and every place is within the axis.
 * 2. Between two breaks the axis is even: equal lengths of time have equal widths, everywhere on the axis.
 * 3. A break is `breakWidth` wide, however long the stretch; only stretches in which nothing lies are broken.
 */
interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** In pixels. */
  readonly start: number;
  readonly end: number;
  readonly isBreak: boolean;
}

export interface TimeAxis {
  readonly stretches: readonly Stretch[];
  place(ms: number): number;
  /** The time that lies at a place. */
  timeAt(x: number): number;
}

interface AxisOptions {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whatever is to be seen: times, and stretches as their two ends and what lies between. */
  readonly marks: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly breakWidth?: number;
  /** Whether idle stretches are compressed; absent: they are. */
  readonly idle?: boolean;
}

/** An idle stretch is broken where it is longer than this share of the whole. */
const idleShare = 0.1;
/** So much of an idle stretch stays on either side of its break, as a share of what is idle. */
const keptShare = 0.2;

export function compressAxis(options: AxisOptions): TimeAxis {
  const { start, end, breakWidth = 24 } = options;
  const fromMs = options.fromMs;
  const untilMs = Math.max(options.untilMs, fromMs + 1);
  const longest = (untilMs - fromMs) * idleShare;
  const breaks = (options.idle === false ? [] : findIdle({ ...options, untilMs }, longest))
    .slice(0, Math.max(0, Math.floor((end - start) / (4 * breakWidth))))
    .sort((a, b) => a.fromMs - b.fromMs);
  const broken = breaks.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
  const perMs = (end - start - breaks.length * breakWidth) / Math.max(1, untilMs - fromMs - broken);
  const stretches: Stretch[] = [];
  const put = (from: number, until: number, width: number, isBreak: boolean): void => {
    const at = stretches.at(-1)?.end ?? start;
    stretches.push({ fromMs: from, untilMs: until, start: at, end: at + width, isBreak });
  };
  let at = fromMs;
  for (const idle of breaks) {
    put(at, idle.fromMs, (idle.fromMs - at) * perMs, false);
    put(idle.fromMs, idle.untilMs, breakWidth, true);
    at = idle.untilMs;
  }
  put(at, untilMs, (untilMs - at) * perMs, false);
  return makeAxis(stretches);
}

function makeAxis(stretches: readonly Stretch[]): TimeAxis {
  const first = stretches[0]!;
  const last = stretches.at(-1)!;
  return {
    stretches,
    place(ms) {
      const within = stretches.find(({ untilMs }) => ms <= untilMs) ?? last;
      const share = (ms - within.fromMs) / Math.max(1, within.untilMs - within.fromMs);
      return within.start + (within.end - within.start) * Math.min(1, Math.max(0, share));
    },
    timeAt(x) {
      const within = stretches.find(({ end }) => x <= end) ?? last;
      const share = (x - within.start) / Math.max(1e-9, within.end - within.start);
      const held = Math.min(1, Math.max(0, share));
      return x <= first.start ? first.fromMs : within.fromMs + (within.untilMs - within.fromMs) * held;
    },
  };
}

interface Idle {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Stretches without a mark that are longer than that, less what is kept of them on either side; the longest first. */
function findIdle({ fromMs, untilMs, marks }: AxisOptions, longestMs: number): Idle[] {
  const inside = marks.filter((mark) => mark > fromMs && mark < untilMs).sort((a, b) => a - b);
  const ends = [fromMs, ...inside, untilMs];
  const kept = longestMs * keptShare;
  return ends
    .slice(1)
    .map((until, at) => ({ fromMs: ends[at]!, untilMs: until }))
    .filter((idle) => idle.untilMs - idle.fromMs > longestMs)
    .sort((a, b) => b.untilMs - b.fromMs - (a.untilMs - a.fromMs))
    .map((idle) => ({
      // Before the first mark there is nothing to stay in sight of.
      fromMs: idle.fromMs === fromMs ? fromMs : idle.fromMs + kept,
      untilMs: idle.untilMs - kept,
    }));
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const steps = [
  ...[60_000, 5 * 60_000, 15 * 60_000, hourMs, 3 * hourMs, 6 * hourMs, 12 * hourMs],
  ...[dayMs, 2 * dayMs, 7 * dayMs, 14 * dayMs, 30 * dayMs, 91 * dayMs, 365 * dayMs],
];

interface Ticks {
  readonly at: readonly number[];
  /** Whether they are days, and not times of a day. */
  readonly areDays: boolean;
}

/** Times to write under the axis, at least `apart` pixels from each other, at the whole steps of the reader's zone. */
export function timeTicks(axis: TimeAxis, apart: number, zoneOffsetMs: number): Ticks {
  const even = axis.stretches.filter(({ isBreak }) => !isBreak);
  const ms = even.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
  const width = even.reduce((sum, { start, end }) => sum + end - start, 0);
  const stepMs = steps.find((step) => (step / Math.max(1, ms)) * width >= apart) ?? steps.at(-1)!;
  const ticks: number[] = [];
  for (const { fromMs, untilMs } of even) {
    const first = Math.ceil((fromMs + zoneOffsetMs) / stepMs) * stepMs - zoneOffsetMs;
    for (let at = first; at <= untilMs; at += stepMs) {
      const last = ticks.at(-1);
      if (last === undefined || axis.place(at) - axis.place(last) >= apart) ticks.push(at);
    }
  }
  return { at: ticks, areDays: stepMs >= dayMs };
}
