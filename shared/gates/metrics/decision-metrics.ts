/** Metrics of decisions: from rows to the sums that they are functions of (confusion.ts). */
import {
  accuracy,
  type Confusion,
  type Form,
  f1,
  macro,
  matthews,
  misses,
  precision,
  type Rate,
  rateOfClass,
  recall,
  weighted,
} from './confusion.ts';
import { decisionsOf, thresholdOf } from './decision-rule.ts';
import { type Extremes, type PrepareMetric, plainRatio, type ScoredRows } from './measure.ts';

/** Sums by class, of the rows as one side decides them. */
interface Table {
  readonly hit: Float64Array;
  readonly seen: Float64Array;
  readonly decided: Float64Array;
}

interface Known {
  readonly rows: ScoredRows;
  readonly weights: Float64Array | null;
  readonly table: Table;
}

/** By the scores: every metric of a side asks for the same, for its value and for the interval. */
const known = new WeakMap<Float64Array, Known>();

function tableOf(rows: ScoredRows, weights: Float64Array | null): Table {
  const before = known.get(rows.scores);
  const isSame =
    before?.weights === weights &&
    before.rows.labels === rows.labels &&
    countClasses(before.rows) === countClasses(rows) &&
    thresholdOf(before.rows.rule) === thresholdOf(rows.rule);
  if (isSame) return before.table;
  const table = countTable(rows, weights);
  known.set(rows.scores, { rows, weights, table });
  return table;
}

const countClasses = ({ classes }: ScoredRows): number => classes?.names.length ?? 2;

function countTable(rows: ScoredRows, weights: Float64Array | null): Table {
  const { labels } = rows;
  const decide = decisionsOf(rows);
  const [hit, seen, decided] = threeColumns(countClasses(rows));
  for (let row = 0; row < labels.length; row++) {
    const [label, decision, weight] = [labels[row]!, decide(row), weights ? weights[row]! : 1];
    seen[label]! += weight;
    decided[decision]! += weight;
    if (label === decision) hit[label]! += weight;
  }
  return { hit, seen, decided };
}

const threeColumns = (size: number) =>
  [new Float64Array(size), new Float64Array(size), new Float64Array(size)] as const;

function confusionOf(rows: ScoredRows, weights: Float64Array | null): Confusion {
  const { hit, seen, decided } = tableOf(rows, weights);
  return {
    classes: seen.length,
    isKnown: (of) => rows.classes?.known[of] !== false,
    hit: (of) => hit[of]!,
    seen: (of) => seen[of]!,
    decided: (of) => decided[of]!,
    total: seen.reduce((sum, each) => sum + each, 0),
  };
}

/** What a row adds to the two sums of which a metric is the ratio. */
type ShareOf = (label: number, decision: number) => readonly [top: number, bottom: number];

interface Kind extends Form {
  readonly ofEachClass?: boolean;
  /** Where it is a ratio of sums over rows. */
  readonly share?: ShareOf;
}

/** Derivatives by each of the sums. */
type Slopes = Table;

function measureSlopes({ value, slopes }: Form, confusion: Confusion): Slopes {
  const { classes } = confusion;
  const [hit, seen, decided] = threeColumns(classes);
  const slopesOf = slopes(confusion, value(confusion) ?? Number.NaN);
  for (let of = 0; of < classes; of++) [hit[of], seen[of], decided[of]] = slopesOf(of);
  return { hit, seen, decided };
}

/** What a row of this class adds that is decided for that one. */
function slopeOf({ hit, seen, decided }: Slopes, label: number, decision: number): number {
  const slope = seen[label]! + decided[decision]!;
  return label === decision ? slope + hit[label]! : slope;
}

/** Of rows of each known class, whichever of them they are decided for. */
function findExtremes(slopes: Slopes, of: readonly number[]): Extremes {
  const classes = slopes.seen.length;
  const [least, greatest] = [new Float64Array(classes), new Float64Array(classes)];
  const rising = of.toSorted((a, b) => slopes.decided[a]! - slopes.decided[b]!);
  for (const label of of) {
    // Right, or decided for that other class whose decisions add least, or most.
    const wrong = [rising.find((other) => other !== label), rising.findLast((other) => other !== label)];
    const all = [label, ...wrong].flatMap((to) => (to === undefined ? [] : slopeOf(slopes, label, to)));
    least[label] = Math.min(...all);
    greatest[label] = Math.max(...all);
  }
  return { least, greatest };
}

const metricOf =
  ({ ofEachClass = false, share, ...form }: Kind): PrepareMetric =>
  (rows) => {
    const { labels } = rows;
    const decide = decisionsOf(rows);
    const slopesUnder = (weights: Float64Array | null): Slopes =>
      measureSlopes(form, confusionOf(rows, weights));
    const shareOf = (row: number) => share!(labels[row]!, decide(row));
    return {
      kind: 'sums',
      ofEachClass,
      measure: (weights) => form.value(confusionOf(rows, weights)),
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
        // What only the other side says changes nothing here.
        const classes = Array.from({ length: countClasses(rows) }, (_, of) => of);
        const ofSide = classes.filter((of) => rows.classes?.known[of] !== false);
        return findExtremes(slopesUnder(weights), ofSide);
      },
    };
  };

/** The rate of one class, in a binary model of class 1. */
function ofClass(rate: Rate, of = 1): Kind {
  const add = ([hit, seen, decided]: Rate['top'], label: number, decision: number): number =>
    (label === of && decision === of ? hit : 0) + (label === of ? seen : 0) + (decision === of ? decided : 0);
  return {
    ...rateOfClass(rate, of),
    share: (label, decision) => [add(rate.top, label, decision), add(rate.bottom, label, decision)],
  };
}

const ofAll: Kind = { ...accuracy, share: (label, decision) => [label === decision ? 1 : 0, 1] };

/**
 * By their usual definitions: Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006); balanced
 * accuracy: Brodersen et al., ICPR 2010; means over classes: Sokolova and Lapalme, Information Processing and Management 45
 * (2009).
 *
 * Each is undefined where a denominator is zero: recall and the false-negative rate without rows of the class,
 * precision where nothing is decided for it, F1 where neither, Matthews where all rows are of one class or decided
 * for one.
 */
const decisionMetrics: Readonly<Record<string, Kind>> = {
  accuracy: ofAll,
  balanced_accuracy: { ...macro(recall), ofEachClass: true },
  matthews: { ...matthews, ofEachClass: true },
  precision: ofClass(precision),
  recall: ofClass(recall),
  f1: ofClass(f1),
  /** Share decided 1 among the rows of class 0. */
  false_positive_rate: ofClass(misses, 0),
  /** Share decided 0 among the rows of class 1. */
  false_negative_rate: ofClass(misses),
  precision_macro: { ...macro(precision), ofEachClass: true },
  recall_macro: { ...macro(recall), ofEachClass: true },
  f1_macro: { ...macro(f1), ofEachClass: true },
  // Over all classes together each wrong row is wrong once for either class: all three are the accuracy.
  precision_micro: ofAll,
  recall_micro: ofAll,
  f1_micro: ofAll,
  precision_weighted: weighted(precision),
  // The rows of a class cancel out.
  recall_weighted: ofAll,
  f1_weighted: weighted(f1),
};

export const plainDecisionMetrics: Readonly<Record<string, PrepareMetric>> = Object.fromEntries(
  Object.entries(decisionMetrics).map(([name, kind]) => [name, metricOf(kind)]),
);

/** The metric of one class; null where it is none of the file's. */
const metricOfClass =
  (rate: Rate) =>
  (name: string): PrepareMetric =>
  (rows) => {
    const of = rows.classes?.names.indexOf(name) ?? -1;
    return of < 0 ? null : metricOf(ofClass(rate, of))(rows);
  };

export const classMetrics: Readonly<Record<string, (name: string) => PrepareMetric>> = {
  'precision@CLASS': metricOfClass(precision),
  'recall@CLASS': metricOfClass(recall),
  'f1@CLASS': metricOfClass(f1),
};
