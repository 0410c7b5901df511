/**
 * What worlds are drawn from: a law of labels, and for each label a law of what either side says of it.
 *
 * Owns: the laws, and the exact truth of a metric in them.
 * Does not own: how rows hang together, weights, groups (world.ts), which laws there are (binary.ts, multiclass.ts,
 * regression.ts).
 *
 * Every law has finitely many values, so that a metric's truth is its value over all kinds of rows there are, each
 * weighing as much as it is likely: no integral, no large draw, no error but that of rounding. A metric sees one side
 * only, so how the two sides agree in single rows does not change it.
 */
import type { Task } from '../../../shared/config/metric-catalog.ts';
import type { Costs } from '../../../shared/gates/metrics/decision-rule.ts';
import type { Intervals, ScoredRows } from '../../../shared/gates/metrics/measure.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import type { Discrete } from './discrete.ts';

export interface Population {
  readonly task: Task;
  readonly labels: Discrete;
  readonly challenger: Said;
  /** Null where gates are about the challenger alone. */
  readonly champion: Said | null;
  /** Share of the rows in which the two sides stand at the same quantile of their laws. */
  readonly agreement: number;
  /** What decisions cost; when omitted, 1 for a wrong one. */
  readonly costs?: Costs;
}

/** What one side says of rows. */
export interface Said {
  /** For each label, by its place among them. */
  readonly of: readonly Discrete[];
  /** The score of a row, from its label and the value drawn: the value itself when omitted. */
  readonly score?: (label: number, value: number) => number;
  /** Predicted intervals reach so far from the score to either side; none when omitted. */
  readonly halfWidth?: number;
  /** For each label, by the places of `of`, the probability given to the class decided for; all others share the rest. */
  readonly tops?: readonly Float64Array[];
}

export const scoreOf = ({ score }: Said, label: number, value: number): number =>
  score ? score(label, value) : value;

/** The true value of a metric; throws where it has none. */
export function trueValue(metric: string, { task, labels, costs }: Population, said: Said): number {
  const kinds = labels.values.length;
  const rows = said.of.reduce((sum, { values }) => sum + values.length, 0);
  const [label, score, weight, top] = Array.from({ length: 4 }, () => new Float64Array(rows));
  for (let kind = 0, row = 0; kind < kinds; kind++) {
    const { values, shares } = said.of[kind]!;
    for (let place = 0; place < values.length; place++, row++) {
      label![row] = labels.values[kind]!;
      score![row] = scoreOf(said, label![row]!, values[place]!);
      weight![row] = labels.shares[kind]! * shares[place]!;
      top![row] = said.tops ? said.tops[kind]![place]! : Number.NaN;
    }
  }
  const scored: ScoredRows = {
    labels: label!,
    scores: score!,
    classes: task === 'multiclass' ? { names: namesOf(kinds), known: Array(kinds).fill(true) } : null,
    intervals: intervalsOf(said, score!),
    probabilities: said.tops ? spreadTops(score!, top!, kinds) : null,
    rule: { costs },
  };
  const prepared = prepareMetric(metric, scored);
  const value = prepared?.measure(weight!) ?? null;
  if (value === null) throw new Error(`${metric} has no truth in this population`);
  return value;
}

export function intervalsOf({ halfWidth }: Said, scores: Float64Array): Intervals | null {
  if (halfWidth === undefined) return null;
  return { lower: scores.map((score) => score - halfWidth), upper: scores.map((score) => score + halfWidth) };
}

export const namesOf = (classes: number): string[] => Array.from({ length: classes }, (_, at) => `c${at}`);

/** A column of probabilities for each class. */
export function spreadTops(decisions: Float64Array, tops: Float64Array, classes: number): Float64Array[] {
  return Array.from({ length: classes }, (_, of) =>
    decisions.map((decision, row) => (decision === of ? tops[row]! : (1 - tops[row]!) / (classes - 1))),
  );
}
