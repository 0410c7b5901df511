import { parseMetricName } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { countRows } from './find-too-few.ts';
import type { Extremes, SumMetric } from './metrics/measure.ts';
import type { Rows } from './rows.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';
import { inferRatio, leastUnits } from './statistics/likelihood-inference.ts';

const method = 'empirical-likelihood interval';

/** What the rows say of a metric that is a ratio of sums over them, or a function of one. */
export function inferFromRatio({ ratioOf }: SumMetric, rows: Rows): Inference | NoInference {
  const { top, bottom, metricOf, ratioAt, rises } = ratioOf!(rows.weights);
  const weightOf = weightsOf(rows);
  const size = rows.labels.length;
  const units = { top: new Float64Array(size), bottom: new Float64Array(size) };
  for (let row = 0; row < size; row++) {
    const weight = weightOf(row);
    if (weight === 0) continue;
    units.top[row] = weight * top(row);
    units.bottom[row] = weight * bottom(row);
  }
  const inferred = inferRatio(method, units);
  return 'why' in inferred ? inferred : transformInference(inferred, metricOf, ratioAt, rises);
}

/**
 * What the rows say of a value that is to first order a sum of what they add, which is 0 in all. `extremes`: what a row
 * could add at all, where that is known.
 */
export function inferFromInfluences(
  value: number,
  influences: Float64Array,
  rows: Rows,
  extremes?: Extremes,
): Inference | NoInference {
  const weightOf = weightsOf(rows);
  const size = influences.length;
  let total = 0;
  for (let row = 0; row < size; row++) total += weightOf(row);
  const units = { top: new Float64Array(size), bottom: new Float64Array(size) };
  for (let row = 0; row < size; row++) {
    const share = (size * weightOf(row)) / total;
    units.bottom[row] = share;
    units.top[row] = size * influences[row]! + share * value;
  }
  const worst = extremes && rows.weights === null ? worstOf(extremes, size) : undefined;
  return inferRatio(method, units, worst);
}

function worstOf({ least, greatest }: Extremes, size: number): { least: number; greatest: number } {
  return {
    least: size * least.reduce((a, b) => Math.min(a, b), 0),
    greatest: size * greatest.reduce((a, b) => Math.max(a, b), 0),
  };
}

const weightsOf =
  ({ weights }: Rows) =>
  (row: number): number =>
    weights ? weights[row]! : 1;

/** An edge beyond which too few rows lie to tell where it is, of a metric that leaves a share of rows out. */
export function findUnsureEdge(metric: string, rows: Rows): NoInference | null {
  const parsed = parseMetricName(metric);
  if (parsed?.base !== 'mae_trimmed') return null;
  const share = parsed.parameter!;
  const worth = countRows(rows, () => true).effective;
  if (share * worth >= leastUnits * (1 - 1e-9)) return null;
  const beyond = counted(Math.floor(share * worth), 'row');
  return {
    why: `${metric} leaves ${beyond} out, and an interval needs ${leastUnits} beyond the edge: about ${Math.ceil(leastUnits / share)} rows`,
  };
}

/** A class with too few rows, weighed as so many of equal weight (Kish, "Survey sampling", 1965); null where none has. */
export function findSmallClass(metric: string, rows: Rows): NoInference | null {
  const classes = rows.classes?.names.length ?? 2;
  const [sums, squares] = [new Float64Array(classes), new Float64Array(classes)];
  const weightOf = weightsOf(rows);
  for (let row = 0; row < rows.labels.length; row++) {
    sums[rows.labels[row]!]! += weightOf(row);
    squares[rows.labels[row]!]! += weightOf(row) ** 2;
  }
  for (let of = 0; of < classes; of++) {
    if (rows.classes?.challenger.known[of] === false) continue;
    const worth = squares[of]! > 0 ? Math.floor(sums[of]! ** 2 / squares[of]! + 1e-9) : 0;
    if (worth >= leastUnits) continue;
    const name = JSON.stringify(rows.classes?.names[of] ?? String(of));
    const weighed = rows.weights ? ' of equal weight' : '';
    return {
      why: `class ${name} has ${counted(worth, 'row')}${weighed}, and an interval of ${metric} needs ${leastUnits} of each class`,
    };
  }
  return null;
}
