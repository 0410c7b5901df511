import { counted } from '../domain/plural.ts';
import { findPlainUnits } from './dependence.ts';
import type { RankMetric } from './metrics/measure.ts';
import type { Rows } from './rows.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';
import { inferFromInfluences } from './units.ts';

const jackknifeGroups = 10;
/** With fewer rows of class 1 its false passes are above what is stated (`bench:false-passes`). */
const leastPositives = 50;

/** As many of equal weight tell as much (Kish, "Survey sampling", 1965). */
function worthOfPositives({ labels, weights }: Rows): number {
  let [sum, squares] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = labels[row]! * (weights ? weights[row]! : 1);
    sum += weight;
    squares += weight * weight;
  }
  return squares > 0 ? Math.floor(sum ** 2 / squares + 1e-9) : 0;
}

/**
 * Average precision is too high by chance, by a third of its standard error where 100 rows of 2,000 are of class 1, so the
 * bias is taken off by the jackknife of ten groups of rows (Quenouille, Biometrika 43, 1956); and its error is nearer to
 * even on the scale of log odds.
 */
export function inferAveragePrecision(
  prepared: RankMetric,
  value: number,
  rows: Rows,
): Inference | NoInference {
  const positives = worthOfPositives(rows);
  if (positives < leastPositives) {
    return {
      why: `class 1 has ${counted(positives, 'row')}, and an interval of pr_auc needs ${leastPositives}`,
    };
  }
  // Rows that depend on each other are left out together.
  const units = findPlainUnits(rows)?.unitOf;
  const groupOf = (row: number): number => (units ? units[row]! : row) % jackknifeGroups;
  const left = Array.from({ length: jackknifeGroups }, (_, group) =>
    prepared.measure(rows.labels.map((_, row) => (groupOf(row) === group ? 0 : (rows.weights?.[row] ?? 1)))),
  );
  if (left.includes(null)) return { why: 'it hangs on single rows' };
  const mean = left.reduce((sum: number, each) => sum + each!, 0) / jackknifeGroups;
  const corrected = jackknifeGroups * value - (jackknifeGroups - 1) * mean;
  const slope = 1 / (value * (1 - value));
  if (!(corrected > 0 && corrected < 1 && Number.isFinite(slope))) {
    return { why: 'the classes are told apart without a fault: there is no variation' };
  }
  const influences = prepared.influences(rows.weights).map((influence) => slope * influence);
  const logits = inferFromInfluences(Math.log(corrected / (1 - corrected)), influences, rows);
  if ('why' in logits) return logits;
  return transformInference(
    logits,
    (logit) => 1 / (1 + Math.exp(-logit)),
    (precision) => Math.log(precision / (1 - precision)),
    true,
  );
}
