import type { MetricGate } from '../config/gate-schema.ts';
import type { SliceResult, Verdict } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { decide, type RuleVerdict, testRule, unmeasured } from './decide.ts';
import { type GateMeasurement, measureGate } from './measure-gate.ts';
import { type Predictions, selectRows } from './rows.ts';
import { findSlices, type SlicesOfGate } from './slice-column.ts';
import { correctBenjaminiHochberg } from './statistics/benjamini-hochberg.ts';
import { correctHolm } from './statistics/holm.ts';

/**
 * Judges a gate's rule in every slice. A slice passes or fails only where its p-value, corrected for the number of
 * slices judged, says so: with twenty slices one in twenty would look harmed by chance. Answers a sentence where
 * there is nothing to slice by.
 */
export function judgeSlices(
  gate: MetricGate,
  slices: SlicesOfGate,
  predictions: Predictions,
): readonly SliceResult[] | string {
  const rowsOf = findSlices(predictions, slices.by);
  if (typeof rowsOf === 'string') return rowsOf;
  const results: SliceResult[] = [];
  const measured: { slice: string; measurement: GateMeasurement }[] = [];
  for (const [slice, which] of rowsOf) {
    if (which.length < slices.minimumRows) {
      const why = `${counted(which.length, 'row')}, a slice needs ${slices.minimumRows}`;
      results.push(describeTooSmall(slices, slice, which.length, why));
      continue;
    }
    const measurement = measureGate(gate, { rows: selectRows(predictions, which) });
    if ('missing' in measurement) {
      const why = `${gate.metric} of the ${measurement.missing} is undefined in its ${counted(which.length, 'row')}`;
      results.push(describeTooSmall(slices, slice, which.length, why));
    } else measured.push({ slice, measurement });
  }
  return [...results, ...judgeTogether(measured, gate)].sort(byHarm);
}

function judgeTogether(
  measured: readonly { slice: string; measurement: GateMeasurement }[],
  { confidence, severity }: MetricGate,
): SliceResult[] {
  const tests = measured.map(({ measurement }) => testRule(measurement));
  // A warning stops nothing: it may be wrong at times, if only most of them are right. A dry run is one of a gate that
  // blocks.
  const isWarning = severity === 'warn';
  const correct = isWarning ? correctBenjaminiHochberg : correctHolm;
  const broken = correct(tests.map((test) => test.broken));
  const holds = correct(tests.map((test) => test.holds));
  const error = (1 - (confidence ?? 1)) / 2;
  return measured.map(({ slice, measurement }, at): SliceResult => {
    const verdict: Verdict =
      broken[at]! <= error ? 'passed' : holds[at]! <= error ? 'failed' : 'inconclusive';
    const decided: RuleVerdict = decide(measurement, confidence, {
      verdict,
      slices: measured.length,
      by: isWarning ? 'Benjamini-Hochberg' : 'Holm',
    });
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
    ...unmeasured,
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
