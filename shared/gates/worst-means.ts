/**
 * Which labels make a mean over classes least, and which greatest: of their recalls, precisions or F1 scores.
 *
 * A row that is right raises what its class has, and lowers no other; so all right is the greatest. One that is wrong lowers
 * the recall and the F1 score of the class that it is said to be, the less the more such rows that class has already: the
 * sum of falling convex functions of how many each class gets is least where each row goes where it takes most (Fox,
 * Management Science 13, 1966). No row may be said to be of the class that it is decided for.
 */
import { decisionsOf } from './metrics/decision-rule.ts';
import type { ScoredRows } from './metrics/measure.ts';

const means = {
  balanced_accuracy: 'recall',
  recall_macro: 'recall',
  f1_macro: 'f1',
  precision_macro: 'precision',
} as const;

/** Rows times classes that are gone through. */
const mostMeasured = 20_000_000;

/** Null of other metrics, and of binary models; or why nobody knows. */
export function labelsOfMean(
  metric: string,
  scored: ScoredRows,
  labelled: ScoredRows,
  greatest: boolean,
): Float64Array | { readonly why: string } | null {
  const mean = Object.hasOwn(means, metric) ? means[metric as keyof typeof means] : null;
  const classes = scored.classes?.names.length ?? 0;
  if (!mean || classes === 0) return null;
  if (classes < 2) return { why: 'there is one class alone' };
  const decide = decisionsOf(scored);
  if (greatest) return scored.scores.map((_, row) => decide(row));
  // Which other class it is makes no precision lower.
  if (mean === 'precision') return scored.scores.map((_, row) => (decide(row) === 0 ? 1 : 0));
  if (scored.scores.length * classes > mostMeasured) {
    return { why: `of ${metric} there are too many rows to try all classes` };
  }
  const decided = countDecided(scored, classes);
  const missed = spreadMisses({ mean, decided }, labelled);
  return giveLabels(scored, decided, missed);
}

function countDecided(scored: ScoredRows, classes: number): Float64Array {
  const decide = decisionsOf(scored);
  const decided = new Float64Array(classes);
  for (let row = 0; row < scored.scores.length; row++) decided[decide(row)]!++;
  return decided;
}

interface Missing {
  readonly mean: 'recall' | 'f1';
  /** Rows without a label that are decided for each class. */
  readonly decided: Float64Array;
}

/** How many rows are said to be of each class. */
function spreadMisses({ mean, decided }: Missing, labelled: ScoredRows): Float64Array {
  const classes = decided.length;
  const [right, rows] = [new Float64Array(classes), new Float64Array(classes)];
  const decide = decisionsOf(labelled);
  for (let row = 0; row < labelled.labels.length; row++) {
    const [label, decision] = [labelled.labels[row]!, decide(row)];
    rows[label]!++;
    if (label === decision) right[label]!++;
    if (mean === 'f1') rows[decision]!++;
  }
  if (mean === 'f1') for (let of = 0; of < classes; of++) rows[of]! += decided[of]!;
  const total = decided.reduce((sum, count) => sum + count, 0);
  const missed = new Float64Array(classes);
  // Rows of a class with none at all are its first, and its recall is then 0.
  const taken = (of: number): number =>
    right[of]! / (rows[of]! + missed[of]!) / (rows[of]! + missed[of]! + 1) || 0;
  for (let row = 0; row < total; row++) {
    let most = -1;
    for (let of = 0; of < classes; of++) {
      if (missed[of]! < total - decided[of]! && (most < 0 || taken(of) > taken(most))) most = of;
    }
    missed[most]!++;
  }
  return missed;
}

/** Each row a class that it is not decided for; those first that leave least choice. */
function giveLabels(scored: ScoredRows, decided: Float64Array, missed: Float64Array): Float64Array {
  const decide = decisionsOf(scored);
  const rowsOf = Array.from(decided, (): number[] => []);
  for (let row = 0; row < scored.scores.length; row++) rowsOf[decide(row)]!.push(row);
  const left = missed.slice();
  const labels = new Float64Array(scored.scores.length);
  const tightest = (may: (of: number) => boolean): number => {
    let found = -1;
    for (let of = 0; of < left.length; of++) {
      if (may(of) && (found < 0 || choices(of) > choices(found))) found = of;
    }
    return found;
  };
  const choices = (of: number): number => rowsOf[of]!.length + left[of]!;
  for (let given = 0; given < labels.length; given++) {
    const tight = tightest((of) => choices(of) > 0);
    const has = rowsOf[tight]!.length > 0;
    const from = has ? tight : tightest((of) => of !== tight && rowsOf[of]!.length > 0);
    const to = has ? tightest((of) => of !== tight && left[of]! > 0) : tight;
    labels[rowsOf[from]!.pop()!] = to;
    left[to]!--;
  }
  return labels;
}
