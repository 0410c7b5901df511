/** One side of a comparison: its value, what rows add to it and could add, and how much better it is than the other. */
import { type Direction, idealOf } from '../config/metric-catalog.ts';
import { computeMetric } from './compute-metric.ts';
import { extremesOf } from './infer-value.ts';
import type { Extremes, Metric, Range, ScoredRows } from './metrics/measure.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { type Rows, scoredBy } from './rows.ts';

export interface ScoredSide {
  readonly scored: ScoredRows;
  readonly prepared: Metric;
  readonly value: number;
  readonly influences: Float64Array;
  readonly extremes: Extremes | undefined;
  readonly valueIf: ((row: number, label: number) => number) | undefined;
}

export function describeSide(metric: string, side: 'challenger' | 'champion', rows: Rows): ScoredSide | null {
  const scored = scoredBy(rows, side)!;
  const prepared = prepareMetric(metric, scored);
  const value = computeMetric(rows, side, metric);
  if (!prepared || value === null) return null;
  return {
    scored,
    prepared,
    value,
    influences: prepared.influences(rows.weights),
    extremes: extremesOf(prepared, rows),
    valueIf: prepared.kind === 'sums' ? prepared.valueIf : undefined,
  };
}

/** So many times the value. */
export function scaleSide(side: ScoredSide, factor: number): ScoredSide {
  if (factor === 1) return side;
  const { extremes, valueIf } = side;
  const times = (values: Float64Array): Float64Array => values.map((value) => factor * value);
  return {
    ...side,
    value: factor * side.value,
    influences: times(side.influences),
    extremes:
      extremes &&
      (factor < 0
        ? { least: times(extremes.greatest), greatest: times(extremes.least) }
        : { least: times(extremes.least), greatest: times(extremes.greatest) }),
    valueIf: valueIf && ((row, label) => factor * valueIf(row, label)),
  };
}

/** How much better the challenger is: above 0 is better, whichever way the metric runs. */
export function gainOf(better: Direction, challenger: number, champion: number): number {
  const ideal = idealOf(better);
  if (ideal !== null) return Math.abs(champion - ideal) - Math.abs(challenger - ideal);
  return better === 'higher' ? challenger - champion : champion - challenger;
}

/** What a row would add if it were of that class, where the metric is a mean over rows. */
export function gainIfOf(better: Direction, challenger: ScoredSide, champion: ScoredSide) {
  const [ours, theirs] = [challenger.valueIf, champion.valueIf];
  return ours && theirs
    ? (row: number, label: number): number => gainOf(better, ours(row, label), theirs(row, label))
    : undefined;
}

export function extremesOfGain(
  better: Direction,
  challenger: ScoredSide,
  champion: ScoredSide,
): Extremes | undefined {
  const [ours, theirs] = [challenger.extremes, champion.extremes];
  if (!ours || !theirs) return undefined;
  const [mine, other] = better === 'higher' ? [ours, theirs] : [theirs, ours];
  return {
    least: mine.least.map((least, of) => least - other.greatest[of]!),
    greatest: mine.greatest.map((greatest, of) => greatest - other.least[of]!),
  };
}

/**
 * What a row could add at most to a gain in a mean whose values have bounds, beyond the gain. `factor`: as many times does the
 * champion's value count. Unknown of rows with weights, and where the scores say more than what any row could be.
 */
export function worstOfGain(
  better: Direction,
  [challenger, champion]: readonly [ScoredSide, ScoredSide],
  factor: number,
  { weights }: Rows,
): Range | undefined {
  const [ours, theirs] = [challenger, champion].map(({ prepared }) =>
    prepared.kind === 'sums' && !prepared.valueIf ? prepared.range : undefined,
  );
  if (!ours || !theirs || weights) return undefined;
  const gain = gainOf(better, challenger.value, champion.value);
  const ends = [theirs.least, theirs.greatest].flatMap((end) =>
    [ours.least, ours.greatest].map((own) => gainOf(better, own, factor * end) - gain),
  );
  return { least: Math.min(...ends), greatest: Math.max(...ends) };
}
