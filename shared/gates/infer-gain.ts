import { type Direction, findMetric } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { leastTellingRows, tooFewOfAClass } from './infer-value.ts';
import { decisionsOf } from './metrics/decision-metrics.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { findShare, isAmong } from './metrics/shares.ts';
import { inferByResampling } from './resample-metric.ts';
import { type Rows, scoredBy } from './rows.ts';
import { measureRocAreas } from './statistics/delong.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { type Discordance, matchedProportions, mcnemarPValue } from './statistics/matched-proportions.ts';
import { normalCdf } from './statistics/normal.ts';
import { normalInference } from './statistics/normal-inference.ts';
import type { Random } from './statistics/random.ts';

/** Rows that both sides scored. */
export type PairedRows = Rows & { readonly champion: Float64Array };

interface GainInference {
  readonly inference: Inference | NoInference;
  /** The classical test of no difference, where there is one. */
  readonly test: { readonly name: string; readonly pValue: number } | null;
}

/** How much better the challenger is: above 0 is better, whichever way the metric runs. */
export function gainOf(better: Direction, challenger: number, champion: number): number {
  if (better === 'zero') return Math.abs(champion) - Math.abs(challenger);
  return better === 'higher' ? challenger - champion : champion - challenger;
}

/** What the rows say of the true gain in a metric Ratchet computes. */
export function inferGain(metric: string, rows: PairedRows, random: Random): GainInference {
  if (rows.weights === null) {
    const discordance = discordanceOf(metric, rows);
    if (discordance) return inferMatched(metric, discordance);
  }
  const differing = countDiffering(metric, rows);
  if (differing < leastTellingRows) {
    const why = `the two differ in ${counted(differing, 'row')}, and an interval of the gain needs ${leastTellingRows}`;
    return { inference: { why }, test: null };
  }
  if (metric === 'roc_auc' && rows.weights === null) return inferAreas(rows);
  return { inference: bootstrapGain(metric, rows, random), test: null };
}

const bothSides = (rows: PairedRows) => [scoredBy(rows, 'challenger')!, scoredBy(rows, 'champion')!] as const;

/** Rows only one side has right, for metrics that are a share of the rows of one class or of all. */
function discordanceOf(metric: string, rows: PairedRows): Discordance | undefined {
  const share = findShare(metric, rows.classes?.names ?? null);
  // Which rows a share of decided ones is of differs between the sides.
  if (!share || share.among === 'decided' || share.among === 'either') return undefined;
  const [ours, theirs] = bothSides(rows).map(decisionsOf);
  let [onlyChallenger, onlyChampion, counted] = [0, 0, 0];
  for (let row = 0; row < rows.labels.length; row++) {
    const label = rows.labels[row]!;
    const decision = ours!(row);
    if (!isAmong(share, label, decision)) continue;
    counted++;
    const challenger = decision === label;
    const champion = theirs!(row) === label;
    if (challenger && !champion) onlyChallenger++;
    if (champion && !challenger) onlyChampion++;
  }
  return { onlyChallenger, onlyChampion, rows: counted };
}

function inferMatched(metric: string, discordance: Discordance): GainInference {
  if (discordance.rows === 0) {
    return { inference: { why: `no row counts for ${metric}: it is undefined` }, test: null };
  }
  const test = { name: 'McNemar, exact: no difference', pValue: mcnemarPValue(discordance) };
  return { inference: matchedProportions(discordance), test };
}

function inferAreas(rows: PairedRows): GainInference {
  const few = tooFewOfAClass(rows);
  if (few) return { inference: few, test: null };
  const { areas, covariance } = measureRocAreas(rows.labels, [rows.challenger, rows.champion]);
  const variance = covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1);
  // Two rankings that agree leave a variance of rounding errors.
  if (!(variance > 1e-18)) {
    return { inference: { why: 'the two rank the rows alike: there is no variation' }, test: null };
  }
  const gain = areas[0]! - areas[1]!;
  const standardError = Math.sqrt(variance);
  return {
    inference: normalInference('DeLong interval of the difference', gain, standardError),
    test: { name: 'DeLong: no difference', pValue: 2 * normalCdf(-Math.abs(gain) / standardError) },
  };
}

/** Rows in which the metric can tell the sides apart. */
function countDiffering(metric: string, rows: PairedRows): number {
  const columns = columnsSeen(metric, rows);
  let differing = 0;
  for (let row = 0; row < rows.labels.length; row++) {
    if (columns.some(([ours, theirs]) => ours(row) !== theirs(row))) differing++;
  }
  return differing;
}

type Column = (row: number) => number;

function columnsSeen(metric: string, rows: PairedRows): (readonly [Column, Column])[] {
  const [ours, theirs] = bothSides(rows);
  if (findMetric(metric)?.sees === 'decision') return [[decisionsOf(ours), decisionsOf(theirs)]];
  const scores = [ours.probabilities ?? [ours.scores], theirs.probabilities ?? [theirs.scores]] as const;
  return scores[0].map((column, at) => [(row) => column[row]!, (row) => scores[1][at]?.[row] ?? Number.NaN]);
}

function bootstrapGain(metric: string, rows: PairedRows, random: Random): Inference | NoInference {
  const [challenger, champion] = bothSides(rows).map((side) => prepareMetric(metric, side));
  if (!challenger || !champion) return { why: `Ratchet does not compute ${metric}` };
  const { better } = findMetric(metric)!;
  const sample = {
    metrics: [challenger, champion],
    combine: ([ours, theirs]: readonly number[]) => gainOf(better, ours!, theirs!),
    rows: rows.labels.length,
    weights: rows.weights,
  };
  return inferByResampling(sample, random);
}
