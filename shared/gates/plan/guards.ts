/** What a gate asks of the rows besides its rule, and what so many rows would have of it. */
import type { GapGate, MetricGate } from '../../config/gate-schema.ts';
import type { Task } from '../../config/metric-catalog.ts';
import { describeConfidence } from '../describe-rule.ts';
import { show } from '../measure-gate.ts';
import { findShare } from '../metrics/shares.ts';
import type { Predictions } from '../rows.ts';
import { describeBy, findSlices } from '../slice-column.ts';
import { evenRowsNeeded } from '../statistics/even-rows.ts';
import type { PlannedGuard } from './plan-document.ts';
import { classesAbout } from './suppose.ts';

interface Holdout {
  readonly task: Task;
  readonly rows: number;
  readonly positives: number | null;
  readonly predictions: Predictions | null;
}

export function planGuards(
  gate: MetricGate | GapGate,
  confidence: number | null,
  holdout: Holdout,
): PlannedGuard[] {
  return [
    guardRows(gate, holdout),
    ...(gate.kind === 'gap' ? [] : guardClasses(gate, holdout)),
    ...(gate.kind === 'gap' || confidence === null ? [] : guardEven(gate, confidence, holdout)),
    ...(gate.slices ? [guardSlices(gate.slices, holdout)] : []),
  ];
}

function guardOf(
  guard: PlannedGuard['guard'],
  needed: number,
  expected: number | null,
  sentence: string,
): PlannedGuard {
  return { guard, needed, expected, holds: expected === null ? null : expected >= needed, sentence };
}

function guardRows(gate: MetricGate | GapGate, { task, rows, positives }: Holdout): PlannedGuard {
  const share = gate.kind === 'gap' || task !== 'binary' ? undefined : findShare(gate.metric, null);
  const needed = gate.minimumRows;
  if (!share || share.among === 'all') {
    return guardOf('minimumRows', needed, rows, `${rows} rows, of which it needs ${needed}`);
  }
  const part = share.of === 1 ? positives : positives === null ? null : 1 - positives;
  const expected = part === null ? null : Math.round(rows * part);
  const some = `rows ${share.among === 'decided' ? 'decided' : 'of'} class ${share.of}`;
  const found = expected === null ? 'an unknown number of' : `about ${expected}`;
  return guardOf('minimumRows', needed, expected, `${found} ${some}, of which it needs ${needed}`);
}

function guardClasses(gate: MetricGate, { task, rows, positives }: Holdout): PlannedGuard[] {
  const needed = gate.minimumPerClass ?? Math.min(10, gate.minimumRows);
  return classesAbout(gate.metric, task).map((of) => {
    const part = positives === null ? null : of === 1 ? positives : 1 - positives;
    const expected = part === null ? null : Math.round(rows * part);
    const found = expected === null ? 'an unknown number of' : `about ${expected}`;
    return guardOf(
      'minimumPerClass',
      needed,
      expected,
      `${found} rows of class ${of}, of which it needs ${needed}`,
    );
  });
}

/** Exact methods need none. */
function guardEven(gate: MetricGate, confidence: number, { task, rows }: Holdout): PlannedGuard[] {
  if (task !== 'regression' && findShare(gate.metric, task === 'multiclass' ? [] : null)) return [];
  const needed = Math.ceil(evenRowsNeeded(confidence));
  const sentence = `${describeConfidence(confidence)} confidence needs rows that are worth ${needed} even ones: more than ${needed} where a few rows carry most of the metric`;
  return [guardOf('evenRows', needed, rows < needed ? rows : null, sentence)];
}

function guardSlices(
  slices: NonNullable<MetricGate['slices']>,
  { rows, predictions }: Holdout,
): PlannedGuard {
  const { minimumRows: needed, by, tooSmall } = slices;
  const then = tooSmall === 'ignore' ? 'is left out' : 'makes the gate inconclusive';
  const rowsOf = predictions && findSlices(predictions, by);
  if (!predictions || !rowsOf || typeof rowsOf === 'string' || rowsOf.size === 0) {
    const sentence = `a slice by ${describeBy(by)} needs ${needed} rows, ${show((100 * needed) / rows)} % of ${rows}: a smaller one ${then}`;
    return guardOf('slices', needed, null, sentence);
  }
  const [name, least] = [...rowsOf].reduce((found, next) =>
    next[1].length < found[1].length ? next : found,
  );
  const expected = Math.round((rows * least.length) / predictions.labels.length);
  const sentence = `the smallest slice by ${describeBy(by)}, ${JSON.stringify(name)}, would have about ${expected} rows, and needs ${needed}; a smaller one ${then}`;
  return guardOf('slices', needed, expected, sentence);
}
