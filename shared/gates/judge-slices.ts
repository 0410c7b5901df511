import type { MetricGate } from '../config/gate-schema.ts';
import type { SliceResult } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { decide, testRule, unmeasured } from './decide.ts';
import { findTooFew, measureSample } from './find-too-few.ts';
import { type GateMeasurement, measureGate } from './measure-gate.ts';
import { suggestAlike } from './predictions/spellings.ts';
import { type Predictions, type Rows, selectRows } from './rows.ts';
import { findSlices, namesRequired, type SlicesOfGate } from './slice-column.ts';
import { correctBenjaminiHochberg } from './statistics/benjamini-hochberg.ts';
import { correctHolm } from './statistics/holm.ts';

/**
 * Judges a gate's rule in every slice. Answers a sentence where there is nothing to slice by.
 *
 * A gate that blocks passes only if the rule holds in every slice, so passing takes no correction: where it is broken
 * in some slice, that one's own test stops the gate as often as it promises, whatever the others do (intersection-union
 * test, Berger, Technometrics 24, 1982). That it is broken in some slice is another matter: of twenty that are right one
 * looks harmed by chance, so failing is corrected for their number (Holm). A warning is a list of claims that a person
 * reads one by one, so both sides of it are (Benjamini and Hochberg).
 */
export function judgeSlices(
  gate: MetricGate,
  slices: SlicesOfGate,
  predictions: Predictions,
): readonly SliceResult[] | string {
  const rowsOf = findSlices(predictions, slices.by);
  if (typeof rowsOf === 'string') return rowsOf;
  const results: SliceResult[] = [...findAbsent(slices, rowsOf)];
  const measured: Measured[] = [];
  for (const [slice, which] of rowsOf) {
    const found = measureSlice(gate, slices, rowsOfSlice(predictions, rowsOf, which));
    if (typeof found === 'string') results.push(describeTooSmall(slices, slice, which.length, found));
    else measured.push({ slice, measurement: found });
  }
  return [...results, ...judgeTogether(measured, gate)].sort(byHarm);
}

type RowsOf = ReadonlyMap<string, Uint32Array>;

/** The rows of each slice of the column that was sliced by last: gates that slice by it, too, need not count them again. */
const last = new WeakMap<Predictions, { readonly rowsOf: RowsOf; readonly kept: Map<Uint32Array, Rows> }>();

/** Kept of decisions among classes alone, of which much is counted: probabilities take too much memory to be held twice. */
function rowsOfSlice(predictions: Predictions, rowsOf: RowsOf, which: Uint32Array): Rows {
  const { classes } = predictions;
  if (!classes || classes.challenger.probabilities || classes.champion.probabilities)
    return selectRows(predictions, which);
  const before = last.get(predictions);
  const kept = before?.rowsOf === rowsOf ? before.kept : new Map<Uint32Array, Rows>();
  const rows = kept.get(which) ?? selectRows(predictions, which);
  last.set(predictions, { rowsOf, kept: kept.set(which, rows) });
  return rows;
}

interface Measured {
  readonly slice: string;
  readonly measurement: GateMeasurement;
}

/** What a slice has of the gate's metric, or why it is too small. */
function measureSlice(gate: MetricGate, slices: SlicesOfGate, rows: Rows): GateMeasurement | string {
  const { minimumRows } = slices;
  const minimumPerClass = perClassOf(slices) ?? gate.minimumPerClass;
  const few = findTooFew(gate, rows, { who: 'a slice', minimumRows, minimumPerClass });
  if (few !== null) return few;
  const measurement = measureGate(gate, { rows });
  if (!('missing' in measurement)) return { ...measurement, sample: measureSample(gate, rows) };
  return `${gate.metric} of the ${measurement.missing} is undefined in its ${counted(rows.labels.length, 'row')}`;
}

const perClassOf = (slices: SlicesOfGate): number | undefined =>
  'minimumPerClass' in slices ? slices.minimumPerClass : undefined;

/** Slices that must be there and that no row is in: an error each, wherever nothing else is judged. */
export function findAbsent(slices: SlicesOfGate, rowsOf: ReadonlyMap<string, unknown>): SliceResult[] {
  return namesRequired(slices)
    .filter((name) => !rowsOf.has(name))
    .map((slice) => ({
      ...unmeasured,
      slice,
      verdict: 'error',
      sentence: `the gate requires the slice ${JSON.stringify(slice)}, and no row is in it${suggestAlike(slice, rowsOf.keys())}`,
      n: 0,
      harm: null,
      corrected: null,
    }));
}

function judgeTogether(measured: readonly Measured[], { confidence, severity }: MetricGate): SliceResult[] {
  const tests = measured.map(({ measurement }) => testRule(measurement));
  // A dry run is one of a gate that blocks.
  const isWarning = severity === 'warn';
  const [broken, holds] = [tests.map((test) => test.broken), tests.map((test) => test.holds)];
  const ruleBroken = isWarning ? correctBenjaminiHochberg(broken) : broken;
  const ruleHolds = isWarning ? correctBenjaminiHochberg(holds) : correctHolm(holds);
  return measured.map(({ slice, measurement }, at): SliceResult => {
    const corrected = { ruleBroken: ruleBroken[at]!, ruleHolds: ruleHolds[at]! };
    const decided = decide(measurement, confidence, {
      ...corrected,
      slices: measured.length,
      by: isWarning ? 'Benjamini-Hochberg' : 'Holm, where one fails',
    });
    const { estimate, limit, goal } = measurement;
    return {
      slice,
      ...decided,
      harm: goal === 'above' ? limit - estimate : estimate - limit,
      corrected: decided.interval && corrected,
    };
  });
}

function describeTooSmall(slices: SlicesOfGate, slice: string, n: number, sentence: string): SliceResult {
  return {
    slice,
    verdict: verdictOfSmall(slices, slice),
    sentence,
    ...unmeasured,
    n,
    harm: null,
    corrected: null,
  };
}

/** What is required must be judged. */
export function verdictOfSmall(slices: SlicesOfGate, slice: string): 'ignored' | 'inconclusive' {
  return slices.tooSmall === 'ignore' && !namesRequired(slices).includes(slice) ? 'ignored' : 'inconclusive';
}

/** What is missing first, then the most harmed; those without a number last, in order of their names. */
function byHarm(a: SliceResult, b: SliceResult): number {
  const harmOf = ({ verdict, harm }: SliceResult): number =>
    verdict === 'error' ? Number.MAX_VALUE : (harm ?? -Number.MAX_VALUE);
  const difference = harmOf(b) - harmOf(a);
  return difference || (a.slice < b.slice ? -1 : 1);
}
