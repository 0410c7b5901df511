import { type PrepareMetric, ratio, type ScoredRows } from './measure.ts';

/** A score of at least this is a decision for class 1. */
export const threshold = 0.5;

/** The class each row is decided for. */
export function decisionsOf({ scores, classes }: ScoredRows): (row: number) => number {
  return classes ? (row) => scores[row]! : (row) => (scores[row]! >= threshold ? 1 : 0);
}

/** Weights by class: of the rows that are of it, that are decided for it, and both. */
interface Confusion {
  readonly classes: number;
  /** Whether a class is one of those to take a mean over. */
  readonly isKnown: (of: number) => boolean;
  readonly seen: (of: number) => number;
  readonly decided: (of: number) => number;
  readonly hit: (of: number) => number;
  /** Of all rows. */
  readonly total: number;
}

type Compute = (confusion: Confusion) => number | null;

function confusionOf(
  sums: Float64Array,
  at: number,
  classes: number,
  known: readonly boolean[] | undefined,
): Confusion {
  const [seen, decided] = [at + classes, at + 2 * classes];
  let total = 0;
  for (let of = 0; of < classes; of++) total += sums[seen + of]!;
  return {
    classes,
    isKnown: (of) => known?.[of] !== false,
    seen: (of) => sums[seen + of]!,
    decided: (of) => sums[decided + of]!,
    hit: (of) => sums[at + of]!,
    total,
  };
}

const metricOf =
  (compute: Compute): PrepareMetric =>
  (rows) => {
    const { labels } = rows;
    const classes = rows.classes?.names.length ?? 2;
    const decide = decisionsOf(rows);
    return {
      kind: 'sums',
      width: 3 * classes,
      add: (row, weight, sums, at) => {
        const [label, decision] = [labels[row]!, decide(row)];
        sums[at + classes + label]! += weight;
        sums[at + 2 * classes + decision]! += weight;
        if (label === decision) sums[at + label]! += weight;
      },
      value: (sums, at) => compute(confusionOf(sums, at, classes, rows.classes?.known)),
      kindOf: (row) => labels[row]! * classes + decide(row),
    };
  };

/** The metric of one class; null where it is none of the file's. */
const metricOfClass =
  (compute: (confusion: Confusion, of: number) => number | null) =>
  (name: string): PrepareMetric =>
  (rows) => {
    const of = rows.classes?.names.indexOf(name) ?? -1;
    return of < 0 ? null : metricOf((confusion) => compute(confusion, of))(rows);
  };

const recallOf = ({ hit, seen }: Confusion, of: number) => ratio(hit(of), seen(of));
const precisionOf = ({ hit, decided }: Confusion, of: number) => ratio(hit(of), decided(of));
const f1Of = ({ hit, seen, decided }: Confusion, of: number) => ratio(2 * hit(of), seen(of) + decided(of));
const accuracyOf: Compute = ({ classes, hit, total }) => {
  let hits = 0;
  for (let of = 0; of < classes; of++) hits += hit(of);
  return ratio(hits, total);
};

/** Mean over the classes; undefined where one of them is. */
const macro =
  (compute: (confusion: Confusion, of: number) => number | null): Compute =>
  (confusion) => {
    let [sum, classes] = [0, 0];
    for (let of = 0; of < confusion.classes; of++) {
      if (!confusion.isKnown(of)) continue;
      const value = compute(confusion, of);
      if (value === null) return null;
      sum += value;
      classes++;
    }
    return ratio(sum, classes);
  };

/** Mean over the classes by their rows; undefined where a class with rows is. */
const weighted =
  (compute: (confusion: Confusion, of: number) => number | null): Compute =>
  (confusion) => {
    let sum = 0;
    for (let of = 0; of < confusion.classes; of++) {
      if (confusion.seen(of) === 0) continue;
      const value = compute(confusion, of);
      if (value === null) return null;
      sum += confusion.seen(of) * value;
    }
    return ratio(sum, confusion.total);
  };

/**
 * Correlation of truth and decision, from -1 to 1: Matthews, BBA 405 (1975), and for more than two classes Gorodkin,
 * Computational Biology and Chemistry 28 (2004).
 */
const matthewsOf: Compute = ({ classes, hit, seen, decided, total }) => {
  let [hits, expected] = [0, 0];
  // Pairs of different classes, in place of all pairs less those of one: that difference would not be exactly 0.
  let [mixedSeen, mixedDecided, seenBefore, decidedBefore] = [0, 0, 0, 0];
  for (let of = 0; of < classes; of++) {
    hits += hit(of);
    expected += seen(of) * decided(of);
    mixedSeen += 2 * seen(of) * seenBefore;
    mixedDecided += 2 * decided(of) * decidedBefore;
    seenBefore += seen(of);
    decidedBefore += decided(of);
  }
  return ratio(hits * total - expected, Math.sqrt(mixedSeen) * Math.sqrt(mixedDecided));
};

/**
 * Metrics of decisions, by their usual definitions: Fawcett, "An introduction to ROC analysis", Pattern Recognition
 * Letters 27 (2006); balanced accuracy: Brodersen et al., ICPR 2010; means over classes: Sokolova and Lapalme,
 * Information Processing and Management 45 (2009).
 *
 * Each is undefined where a denominator is zero: recall and the false-negative rate without rows of the class,
 * precision where nothing is decided for it, F1 where neither, Matthews where all rows are of one class or decided
 * for one.
 */
const decisionMetrics: Readonly<Record<string, Compute>> = {
  accuracy: accuracyOf,
  balanced_accuracy: macro(recallOf),
  matthews: matthewsOf,
  precision: (c) => precisionOf(c, 1),
  recall: (c) => recallOf(c, 1),
  f1: (c) => f1Of(c, 1),
  /** Share decided 1 among the rows of class 0. */
  false_positive_rate: (c) => ratio(c.seen(0) - c.hit(0), c.seen(0)),
  /** Share decided 0 among the rows of class 1. */
  false_negative_rate: (c) => ratio(c.seen(1) - c.hit(1), c.seen(1)),
  precision_macro: macro(precisionOf),
  recall_macro: macro(recallOf),
  f1_macro: macro(f1Of),
  // Over all classes together each wrong row is wrong once for either class: all three are the accuracy.
  precision_micro: accuracyOf,
  recall_micro: accuracyOf,
  f1_micro: accuracyOf,
  precision_weighted: weighted(precisionOf),
  // The rows of a class cancel out.
  recall_weighted: accuracyOf,
  f1_weighted: weighted(f1Of),
};

export const plainDecisionMetrics: Readonly<Record<string, PrepareMetric>> = Object.fromEntries(
  Object.entries(decisionMetrics).map(([name, compute]) => [name, metricOf(compute)]),
);

export const classMetrics: Readonly<Record<string, (name: string) => PrepareMetric>> = {
  'precision@CLASS': metricOfClass(precisionOf),
  'recall@CLASS': metricOfClass(recallOf),
  'f1@CLASS': metricOfClass(f1Of),
};
