import { type Direction, findMetric } from '../config/metric-catalog.ts';
import { leastTellingRows, tooFewOfAClass } from './infer-value.ts';
import { threshold } from './metrics/decision-metrics.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { groupRows, type Rows, weightsOf } from './rows.ts';
import { bootstrap } from './statistics/bootstrap.ts';
import { measureRocAreas } from './statistics/delong.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { type Discordance, matchedProportions, mcnemarPValue } from './statistics/matched-proportions.ts';
import { normalCdf } from './statistics/normal.ts';
import { normalInference } from './statistics/normal-inference.ts';
import type { Random } from './statistics/random.ts';

/** Rows that both sides scored. */
export type PairedRows = Rows & { readonly champion: Float64Array };

export interface GainInference {
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
    const why = `the two differ in ${differing} rows, and an interval of the gain needs ${leastTellingRows}`;
    return { inference: { why }, test: null };
  }
  if (metric === 'roc_auc' && rows.weights === null) return inferAreas(rows);
  return { inference: bootstrapGain(metric, rows, random), test: null };
}

const decides = (score: number): number => (score >= threshold ? 1 : 0);

/** Rows only one side has right, for metrics that are a share of the rows of one class or both. */
function discordanceOf(metric: string, rows: PairedRows): Discordance | undefined {
  const classes: Readonly<Record<string, (label: number) => boolean>> = {
    accuracy: () => true,
    recall: (label) => label === 1,
    false_negative_rate: (label) => label === 1,
    false_positive_rate: (label) => label === 0,
  };
  const counts = Object.hasOwn(classes, metric) ? classes[metric] : undefined;
  if (!counts) return undefined;
  let [onlyChallenger, onlyChampion, counted] = [0, 0, 0];
  for (const [row, label] of rows.labels.entries()) {
    if (!counts(label)) continue;
    counted++;
    const challenger = decides(rows.challenger[row]!) === label;
    const champion = decides(rows.champion[row]!) === label;
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

function countDiffering(metric: string, rows: PairedRows): number {
  const see = findMetric(metric)?.sees === 'decision' ? decides : (score: number) => score;
  return rows.labels.filter((_, row) => see(rows.challenger[row]!) !== see(rows.champion[row]!)).length;
}

function bootstrapGain(metric: string, all: PairedRows, random: Random): Inference | NoInference {
  const { rows, counts } =
    findMetric(metric)?.sees === 'decision' && all.weights === null
      ? groupRows(
          all,
          (row) => 4 * all.labels[row]! + 2 * decides(all.challenger[row]!) + decides(all.champion[row]!),
        )
      : { rows: all, counts: new Float64Array(all.labels.length).fill(1) };
  const challenger = prepareMetric(metric, rows.labels, rows.challenger);
  const champion = prepareMetric(metric, rows.labels, rows.champion!);
  if (!challenger || !champion) return { why: `Ratchet does not compute ${metric}` };
  const { better } = findMetric(metric)!;
  return bootstrap(
    { counts, weights: weightsOf(rows) },
    (weights) => {
      const [ours, theirs] = [challenger(weights), champion(weights)];
      return ours === null || theirs === null ? null : gainOf(better, ours, theirs);
    },
    random,
  );
}
