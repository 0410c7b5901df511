/**
 * What the versions that served were worth: loss above a reference, as far as anybody knows it. Pure.
 *
 * A report is about the stretch since the one before; the first counts as long as the second, and one alone as a day. The
 * loss of a window is how far the metric lies beyond the reference, times its days.
 *
 * Owns: known, unknown, and the bounds between which the unknown lies. Does not own: any guess.
 */
import { findMetric } from '../config/metric-catalog.ts';
import type { ModelConfig } from '../config/schema.ts';
import { findScore, type History } from './history.ts';
import type { LineOf } from './history-schema.ts';
import type { SeenWindow } from './played.ts';

/** What is measured, and where it is bad. */
export interface Measure {
  readonly metric: string;
  /** On which side of the reference it is bad. */
  readonly side: 'below' | 'above';
  readonly reference: number;
}

/** The first rule of metrics says what the model's owner looks at. */
export function measureOf({ triggers }: ModelConfig): Measure | null {
  const [rule] = triggers.metrics;
  if (!rule) return null;
  const { metric, below, above } = rule;
  return below === undefined
    ? { metric, side: 'above', reference: above! }
    : { metric, side: 'below', reference: below };
}

export function lossOf({ side, reference }: Measure, value: number): number {
  return Math.max(0, side === 'below' ? reference - value : value - reference);
}

/** The most a loss can be, by the range of the metric; null: nobody knows its range. */
function mostLoss({ metric, side, reference }: Measure): number | null {
  const kind = findMetric(metric);
  if (!kind) return null;
  const most = side === 'below' ? reference - kind.lowest : kind.highest - reference;
  return Number.isFinite(most) ? Math.max(0, most) : null;
}

/** A stretch of time that a report is about. */
export interface LossWindow {
  readonly window: string;
  readonly at: string;
  readonly days: number;
  /** The value of the report itself. */
  readonly reported: number;
  readonly recorded: string | null;
}

/** The reports that have the metric, in their order, from `from` on. */
export function windowsOf(
  { lines }: Pick<History, 'lines'>,
  { metric }: Measure,
  from: string,
): readonly LossWindow[] {
  const told = lines.filter(
    (line): line is LineOf<'metrics'> =>
      line.type === 'metrics' && Object.hasOwn(line.report.metrics, metric),
  );
  const daysAt = (index: number): number =>
    (Date.parse(told[index]!.at) - Date.parse(told[index - 1]!.at)) / 86_400_000;
  return told
    .map(({ report, at, version = null }, index) => ({
      window: report.window,
      at,
      days: index > 0 ? daysAt(index) : told.length > 1 ? daysAt(1) : 1,
      reported: report.metrics[metric]!,
      recorded: version,
    }))
    .filter(({ at }) => at >= from);
}

/** The value of a version in a window; null: nobody knows. */
function worthOf(
  history: Pick<History, 'scores'>,
  { metric }: Measure,
  { window, recorded, reported }: LossWindow,
  version: string | null,
): number | null {
  if (version === null || recorded === version) return reported;
  return findScore(history, window, metric, version)?.value ?? (recorded === null ? reported : null);
}

export interface Losses {
  readonly measure: Measure;
  readonly windows: number;
  readonly days: number;
  /** Windows in which nobody knows what the version that served was worth. */
  readonly unknownWindows: number;
  readonly unknownDays: number;
  /** Loss times days, of the windows that are known. */
  readonly known: number;
  /** What it is at most, all windows together; null: nobody knows the range of the metric. */
  readonly most: number | null;
  /** Windows that do not say which version they are about: they count for whichever serves. */
  readonly unnamed: number;
}

export function sumLosses(
  history: History,
  measure: Measure,
  seen: readonly SeenWindow[],
  from: string,
): Losses {
  const serving = new Map(seen.map(({ window, at, serves }) => [`${at} ${window}`, serves]));
  const sum = { windows: 0, days: 0, unknownWindows: 0, unknownDays: 0, known: 0, unnamed: 0 };
  for (const window of windowsOf(history, measure, from)) {
    const value = worthOf(history, measure, window, serving.get(`${window.at} ${window.window}`) ?? null);
    sum.windows++;
    sum.days += window.days;
    if (window.recorded === null) sum.unnamed++;
    if (value !== null) sum.known += lossOf(measure, value) * window.days;
    else {
      sum.unknownWindows++;
      sum.unknownDays += window.days;
    }
  }
  const most = mostLoss(measure);
  const bound =
    sum.unknownWindows === 0 ? sum.known : most === null ? null : sum.known + most * sum.unknownDays;
  return { measure, ...sum, most: bound };
}
