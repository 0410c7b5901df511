import type { GateConfig, MetricGate } from '../config/gate-schema.ts';
import type { SliceResult, Verdict } from '../domain/gate-report.ts';
import { type Decided, decide, testRule } from './decide.ts';
import { type Measurement, measureGate } from './measure-gate.ts';
import { type Predictions, type SliceColumn, selectRows } from './rows.ts';
import { correctHolm } from './statistics/holm.ts';
import type { Random } from './statistics/random.ts';

/** More values than this are no slices but something like an id. */
const mostSlices = 200;

export type SlicesOfGate = NonNullable<GateConfig['slices']>;

/**
 * Judges a gate's rule in every slice. A slice passes or fails only where its p-value, corrected for the number of
 * slices judged, says so: with twenty slices one in twenty would look harmed by chance. Answers a sentence where
 * there is nothing to slice by.
 */
export function judgeSlices(
  gate: MetricGate,
  slices: SlicesOfGate,
  predictions: Predictions,
  randomOf: (slice: string) => Random,
): readonly SliceResult[] | string {
  const column = predictions.slices.get(slices.by);
  const problem = columnProblem(column, slices.by);
  if (!column || problem !== null) return problem ?? '';
  const results: SliceResult[] = [];
  const measured: { slice: string; measurement: Measurement }[] = [];
  for (const [slice, which] of column.rowsOf) {
    if (which.length < slices.minimumRows) {
      const why = `${which.length} rows, a slice needs ${slices.minimumRows}`;
      results.push(describeTooSmall(slices, slice, which.length, why));
      continue;
    }
    const measurement = measureGate(gate, { rows: selectRows(predictions, which), random: randomOf(slice) });
    if ('missing' in measurement) {
      const why = `${gate.metric} of the ${measurement.missing} is undefined in its ${which.length} rows`;
      results.push(describeTooSmall(slices, slice, which.length, why));
    } else measured.push({ slice, measurement });
  }
  return [...results, ...judgeTogether(measured, gate.confidence)].sort(byHarm);
}

/** Why a column cannot be sliced by, or null. */
export function columnProblem(column: SliceColumn | undefined, by: string): string | null {
  if (!column) return `the predictions have no column ${by} to slice by`;
  const { rowsOf, overflow } = column;
  if (!overflow && rowsOf.size <= mostSlices) return null;
  const values = overflow ? `more than ${rowsOf.size}` : rowsOf.size;
  return `column ${by} has ${values} values, ${mostSlices} slices at most; slice by something coarser`;
}

function judgeTogether(
  measured: readonly { slice: string; measurement: Measurement }[],
  confidence: number | undefined,
): SliceResult[] {
  const tests = measured.map(({ measurement }) => testRule(measurement));
  const broken = correctHolm(tests.map((test) => test.broken));
  const holds = correctHolm(tests.map((test) => test.holds));
  const error = (1 - (confidence ?? 1)) / 2;
  return measured.map(({ slice, measurement }, at): SliceResult => {
    const verdict: Verdict =
      broken[at]! <= error ? 'passed' : holds[at]! <= error ? 'failed' : 'inconclusive';
    const decided: Decided = decide(measurement, confidence, { verdict, slices: measured.length });
    const { estimate, limit, goal } = measurement;
    return {
      slice,
      ...decided,
      harm: goal === 'above' ? limit - estimate : estimate - limit,
      corrected: decided.interval && { ruleBroken: broken[at]!, ruleHolds: holds[at]! },
    };
  });
}

function describeTooSmall(slices: SlicesOfGate, slice: string, n: number, sentence: string): SliceResult {
  return {
    slice,
    verdict: slices.tooSmall === 'ignore' ? 'ignored' : 'inconclusive',
    sentence,
    challenger: null,
    champion: null,
    estimate: null,
    limit: null,
    interval: null,
    test: null,
    power: null,
    n,
    harm: null,
    corrected: null,
  };
}

/** The most harmed first; those without a number last, in order of their names. */
function byHarm(a: SliceResult, b: SliceResult): number {
  const difference = (b.harm ?? Number.NEGATIVE_INFINITY) - (a.harm ?? Number.NEGATIVE_INFINITY);
  return difference || (a.slice < b.slice ? -1 : 1);
}
