/**
 * Whether there are rows enough to judge a metric by.
 *
 * Owns: which rows count, how much rows with weights count for, which classes must have some.
 * Does not own: what an interval takes to be one (units.ts and the methods under it).
 */
import { type MetricGate, sourceOf } from '../config/gate-schema.ts';
import type { Task } from '../config/metric-catalog.ts';
import { classesOfMetric } from '../config/metric-classes.ts';
import { counted, plural } from '../domain/plural.ts';
import { decisionsOf } from './metrics/decision-rule.ts';
import { findShare, isAmong, type Share } from './metrics/shares.ts';
import { remember } from './remember.ts';
import { type Rows, scoredBy } from './rows.ts';

/** Rows of a class that a metric by class needs where nothing else is said: fewer give no interval. */
const perClassUnlessSaid = 10;

interface Needed {
  /** `the gate`, `a slice`: who asks. */
  readonly who: string;
  readonly minimumRows: number;
  readonly minimumPerClass?: number | undefined;
}

/** A sentence where rows are too few for the gate's metric, null where there are enough. */
export function findTooFew(gate: MetricGate, rows: Rows, needed: Needed): string | null {
  const { ofSome, count } = countSample(gate, rows);
  if (!(count.effective >= needed.minimumRows)) {
    const which = ofSome ? describeAmong(ofSome, rows) : '';
    return `${describeCount(count)}${which}, ${needed.who} needs ${needed.minimumRows}`;
  }
  const perClass = needed.minimumPerClass ?? Math.min(perClassUnlessSaid, needed.minimumRows);
  const about = sourceOf(gate) === 'predictions' ? classesOf(gate.metric, rows) : [];
  const counts = about.length > 0 ? countClasses(rows) : [];
  const short = about.find((of) => !(counts[of]!.effective >= perClass));
  if (short === undefined) return null;
  const has = `class ${describeClass(short, rows)} has ${describeCount(counts[short]!)}`;
  return `${has}, and ${gate.metric} needs ${perClass} of each class that it is about`;
}

/** The rows that a metric is of: in words where they are not all, and what they are worth by their weights. */
export interface Sample {
  /** `187 of class 1`; empty where they are all. */
  readonly among: string;
  readonly rows: number;
  readonly effective: number;
}

export function measureSample(gate: MetricGate, rows: Rows): Sample {
  const { ofSome, count } = countSample(gate, rows);
  const among = ofSome ? `${count.rows}${describeAmong(ofSome, rows)}` : '';
  return { among, rows: count.rows, effective: count.effective };
}

/** The rows that a gate's metric is of; of a number that the job reports nobody knows which. */
function countSample(
  gate: MetricGate,
  rows: Rows,
): { readonly ofSome: Share | null; readonly count: RowCount } {
  const isComputed = sourceOf(gate) === 'predictions';
  const share = isComputed ? findShare(gate.metric, rows.classes?.names ?? null) : undefined;
  const ofSome = share && share.among !== 'all' ? share : null;
  return { ofSome, count: ofSome ? countAmong(ofSome, gate, rows) : countRows(rows) };
}

/** Rows, and how many of equal weight tell as much: (sum w)^2 / sum w^2 (Kish, "Survey sampling", 1965). */
interface RowCount {
  readonly rows: number;
  readonly effective: number;
  readonly weighted: boolean;
}

/** The rows that count, of those with labels and weights; all when omitted. */
export function countRows(rows: WeightedRows, counts?: (row: number) => boolean): RowCount {
  return counts ? tally(rows, 1, (row) => (counts(row) ? 0 : -1))[0]! : countAll(rows);
}

const countAll = remember((rows: WeightedRows): RowCount => {
  const count = rows.labels.length;
  return rows.weights ? tally(rows, 1, () => 0)[0]! : { rows: count, effective: count, weighted: false };
});

/** The rows of each class, in one pass. */
const countClasses = remember((rows: Rows) =>
  tally(rows, rows.classes?.names.length ?? 2, (row) => rows.labels[row]!),
);

type WeightedRows = Pick<Rows, 'labels' | 'weights'>;

/** Counts rows by the place each belongs to; -1 is none. */
function tally(
  { labels, weights }: WeightedRows,
  places: number,
  placeOf: (row: number) => number,
): RowCount[] {
  const [rows, sums, squares] = [
    new Float64Array(places),
    new Float64Array(places),
    new Float64Array(places),
  ];
  // Divided by the greatest: the square of a large weight is no number.
  const greatest = weights?.reduce((most, weight) => Math.max(most, weight), 0) || 1;
  for (let row = 0; row < labels.length; row++) {
    const place = placeOf(row);
    if (place < 0) continue;
    const weight = weights ? weights[row]! / greatest : 1;
    rows[place]!++;
    sums[place]! += weight;
    squares[place]! += weight * weight;
  }
  return Array.from(rows, (count, place): RowCount => {
    const worth = squares[place]! > 0 ? sums[place]! ** 2 / squares[place]! : 0;
    // Rounded: equal weights must not miss their number by a rounding error.
    const effective = weights ? Number(worth.toPrecision(12)) : count;
    return { rows: count, effective, weighted: weights !== null };
  });
}

/** `40 rows`; with weights `12.5 effective rows (40 with weights)`. */
function describeCount({ rows, effective, weighted }: RowCount): string {
  if (!weighted) return counted(rows, 'row');
  const worth = Number(effective.toFixed(1));
  return `${worth} effective ${plural(worth, 'row')} (${rows} with weights)`;
}

/** The rows that a share is of; where that depends on the decisions, the fewer of both sides that are compared. */
function countAmong(share: Share, gate: MetricGate, rows: Rows): RowCount {
  const sides =
    gate.kind === 'against-champion' ? (['challenger', 'champion'] as const) : (['challenger'] as const);
  const counts = sides.flatMap((side) => {
    const scored = scoredBy(rows, side);
    if (!scored) return [];
    const decide = decisionsOf(scored);
    return [countRows(rows, (row) => isAmong(share, rows.labels[row]!, decide(row)))];
  });
  return counts.reduce((fewest, count) => (count.effective < fewest.effective ? count : fewest));
}

function describeAmong({ among, of }: Share, rows: Rows): string {
  const name = `class ${describeClass(of, rows)}`;
  if (among === 'seen') return ` of ${name}`;
  return among === 'decided' ? ` decided ${name}` : ` that are ${name} or decided so`;
}

const describeClass = (of: number, { classes }: Rows): string =>
  classes ? JSON.stringify(classes.names[of] ?? '') : String(of);

/** Numbers of the classes a metric is about; those that a side knows. */
function classesOf(metric: string, { classes }: Rows): readonly number[] {
  const task: Task = classes ? 'multiclass' : 'binary';
  const about = classesOfMetric(metric, task);
  if (about === null) return [];
  if (!classes) return about === 'each' ? [0, 1] : about.map(Number);
  const known = [...classes.names.keys()].filter((of) => classes.challenger.known[of]);
  return about === 'each' ? known : known.filter((of) => about.includes(classes.names[of]!));
}
