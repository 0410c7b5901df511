import type { MetricGate } from '../config/gate-schema.ts';
import type { SliceResult } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { decide, testRule, unmeasured } from './decide.ts';
import { type GateMeasurement, measureGate } from './measure-gate.ts';
import { type Predictions, selectRows } from './rows.ts';
import { findSlices, type SlicesOfGate } from './slice-column.ts';
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
