import { decisionsOf } from './decision-rule.ts';
import { type PrepareMetric, plainRatio, ratio, type SumMetric } from './measure.ts';

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

function confusionOf(sums: Float64Array, classes: number, known: readonly boolean[] | undefined): Confusion {
  const [seen, decided] = [classes, 2 * classes];
  let total = 0;
  for (let of = 0; of < classes; of++) total += sums[seen + of]!;
  return {
    classes,
    isKnown: (of) => known?.[of] !== false,
    seen: (of) => sums[seen + of]!,
    decided: (of) => sums[decided + of]!,
    hit: (of) => sums[of]!,
    total,
  };
}

/** What a row adds to the two sums of which a metric is the ratio. */
type Share = (right: boolean, isSeen: boolean, isDecided: boolean) => readonly [top: number, bottom: number];

interface Kind {
  readonly ofEachClass?: boolean;
  /** Where it is a ratio: of the class, in a binary model 1. */
  readonly share?: Share;
  readonly of?: number;
}

const metricOf =
  (compute: Compute, { ofEachClass = false, share, of = 1 }: Kind = {}): PrepareMetric =>
  (rows) => {
    const { labels } = rows;
    const classes = rows.classes?.names.length ?? 2;
    const decide = decisionsOf(rows);
    const width = 3 * classes;
    const value = (sums: Float64Array) => compute(confusionOf(sums, classes, rows.classes?.known));
    const add: SumMetric['add'] = (row, weight, sums) => {
      const [label, decision] = [labels[row]!, decide(row)];
      sums[classes + label]! += weight;
      sums[2 * classes + decision]! += weight;
      if (label === decision) sums[label]! += weight;
    };
    const slopesUnder = (weights: Float64Array | null): Float64Array => {
      const sums = new Float64Array(width);
      for (let row = 0; row < labels.length; row++) add(row, weights ? weights[row]! : 1, sums);
      return slopesOf(value, sums);
    };
    /** What a row of this class adds that is decided for that one. */
    const slopeOf = (slopes: Float64Array, label: number, decision: number): number => {
      const slope = slopes[classes + label]! + slopes[2 * classes + decision]!;
      return label === decision ? slope + slopes[label]! : slope;
    };
    const shareOf = (row: number) => {
      const [label, decision] = [labels[row]!, decide(row)];
      return share!(label === decision, label === of, decision === of);
    };
    return {
      kind: 'sums',
      width,
      ofEachClass,
      add,
      value,
      ratioOf: share
        ? () => ({ top: (row) => shareOf(row)[0], bottom: (row) => shareOf(row)[1], ...plainRatio })
        : null,
      influences: (weights) => {
        const slopes = slopesUnder(weights);
        return labels.map(
          (label, row) => (weights ? weights[row]! : 1) * slopeOf(slopes, label, decide(row)),
        );
      },
      extremes: (weights) => {
        const slopes = slopesUnder(weights);
        const [least, greatest] = [new Float64Array(classes), new Float64Array(classes)];
        // What only the other side says changes nothing here.
        const known = Array.from({ length: classes }, (_, of) => of).filter(
          (of) => rows.classes?.known[of] !== false,
        );
        for (const label of known) {
          const all = known.map((decision) => slopeOf(slopes, label, decision));
          least[label] = all.reduce((a, b) => Math.min(a, b));
          greatest[label] = all.reduce((a, b) => Math.max(a, b));
        }
        return { least, greatest };
      },
    };
  };

/** Derivatives by each sum, by central differences; by differences to one side where no row adds to it yet. */
function slopesOf(value: (sums: Float64Array) => number | null, sums: Float64Array): Float64Array {
  const slopes = new Float64Array(sums.length);
  for (let place = 0; place < sums.length; place++) {
    const at = sums[place]!;
    const step = at === 0 ? 1e-5 : 1e-5 * at;
    sums[place] = at + step;
    const above = value(sums);
    sums[place] = at === 0 ? 0 : at - step;
    const below = value(sums);
    sums[place] = at;
    // A class that is not there has no value, whatever were decided for it.
    slopes[place] = above === null || below === null ? 0 : (above - below) / (at === 0 ? step : 2 * step);
  }
  return slopes;
}

/** The metric of one class; null where it is none of the file's. */
const metricOfClass =
  (compute: (confusion: Confusion, of: number) => number | null, share: Share) =>
  (name: string): PrepareMetric =>
  (rows) => {
    const of = rows.classes?.names.indexOf(name) ?? -1;
    return of < 0 ? null : metricOf((confusion) => compute(confusion, of), { share, of })(rows);
  };

const hitsOfAll: Share = (right) => [Number(right), 1];
const hitsOfSeen: Share = (right, isSeen) => [Number(right && isSeen), Number(isSeen)];
const missesOfSeen: Share = (right, isSeen) => [Number(!right && isSeen), Number(isSeen)];
const hitsOfDecided: Share = (right, _isSeen, isDecided) => [Number(right && isDecided), Number(isDecided)];
const hitsOfEither: Share = (right, isSeen, isDecided) => [
  2 * Number(right && isSeen),
  Number(isSeen) + Number(isDecided),
];

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
const decisionMetrics: Readonly<Record<string, readonly [Compute, Kind]>> = {
  accuracy: [accuracyOf, { share: hitsOfAll }],
  balanced_accuracy: [macro(recallOf), { ofEachClass: true }],
  matthews: [matthewsOf, { ofEachClass: true }],
  precision: [(c) => precisionOf(c, 1), { share: hitsOfDecided }],
  recall: [(c) => recallOf(c, 1), { share: hitsOfSeen }],
  f1: [(c) => f1Of(c, 1), { share: hitsOfEither }],
  /** Share decided 1 among the rows of class 0. */
  false_positive_rate: [(c) => ratio(c.seen(0) - c.hit(0), c.seen(0)), { share: missesOfSeen, of: 0 }],
  /** Share decided 0 among the rows of class 1. */
  false_negative_rate: [(c) => ratio(c.seen(1) - c.hit(1), c.seen(1)), { share: missesOfSeen }],
  precision_macro: [macro(precisionOf), { ofEachClass: true }],
  recall_macro: [macro(recallOf), { ofEachClass: true }],
  f1_macro: [macro(f1Of), { ofEachClass: true }],
  // Over all classes together each wrong row is wrong once for either class: all three are the accuracy.
  precision_micro: [accuracyOf, { share: hitsOfAll }],
  recall_micro: [accuracyOf, { share: hitsOfAll }],
  f1_micro: [accuracyOf, { share: hitsOfAll }],
  precision_weighted: [weighted(precisionOf), {}],
  // The rows of a class cancel out.
  recall_weighted: [accuracyOf, { share: hitsOfAll }],
  f1_weighted: [weighted(f1Of), {}],
};

export const plainDecisionMetrics: Readonly<Record<string, PrepareMetric>> = Object.fromEntries(
  Object.entries(decisionMetrics).map(([name, [compute, kind]]) => [name, metricOf(compute, kind)]),
);

export const classMetrics: Readonly<Record<string, (name: string) => PrepareMetric>> = {
  'precision@CLASS': metricOfClass(precisionOf, hitsOfDecided),
  'recall@CLASS': metricOfClass(recallOf, hitsOfSeen),
  'f1@CLASS': metricOfClass(f1Of, hitsOfEither),
};
