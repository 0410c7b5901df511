import { findMetric, idealOf, isOfAnySize } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { countUnits, findPlainUnits } from './dependence.ts';
import { findFewOutside } from './find-few-outside.ts';
import { findSmallClass } from './find-small-class.ts';
import { findUnsureEdge } from './find-unsure-edge.ts';
import { evenRowsOfSides, guardBySides } from './guard-sides.ts';
import { inferBiasGain } from './infer-bias-gain.ts';
import { calibrationOf, inferCalibrationGain, scaleCalibration } from './infer-calibration.ts';
import { findCut, inferCutDifference } from './infer-cut.ts';
import { dependentMedian, inferMedianErrorGain } from './infer-median.ts';
import { binsOf, findCoverage } from './infer-value.ts';
import { decisionsOf } from './metrics/decision-rule.ts';
import { findShare, isAmong } from './metrics/shares.ts';
import { findNoneWithPriors } from './priors.ts';
import { type Rows, scoredBy } from './rows.ts';
import { describeSide, extremesOfGain, gainIfOf, gainOf, scaleSide, worstOfGain } from './scored-side.ts';
import { measureRocAreas } from './statistics/delong.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';
import { type Discordance, matchedProportions, mcnemarPValue } from './statistics/matched-proportions.ts';
import { normalCdf } from './statistics/normal.ts';
import { inferFromInfluences } from './units.ts';
import { areaGainRange, isArea, worstPlacements } from './worst-placements.ts';

/** Rows that both sides scored. */
export type PairedRows = Rows & { readonly champion: Float64Array };

interface GainInference {
  readonly inference: Inference | NoInference;
  /** The classical test of no difference, where there is one. */
  readonly test: { readonly name: string; readonly pValue: number } | null;
}

/**
 * What the rows say of the true gain in a metric Ratchet computes. `factor`: over so many times the champion's value, as
 * where a margin is a share of it; then the champion's own error counts as often.
 */
export function inferGain(metric: string, rows: PairedRows, factor = 1): GainInference {
  const alone = rows.weights === null && !rows.dependence;
  if (alone && factor === 1) {
    const discordance = discordanceOf(metric, rows);
    if (discordance) return inferMatched(metric, discordance);
  }
  // What rows of decisions could have been is known, however few differ.
  const isKnown = alone || (!!rows.classWeights && !rows.dependence);
  const bounded = isKnown && findMetric(metric)?.sees === 'decision';
  const differing = bounded ? leastUnits : countDiffering(metric, rows);
  if (differing < leastUnits) {
    const why = `the two differ in ${describeDiffering(differing, rows)}, and an interval of the gain needs ${leastUnits}`;
    return { inference: { why }, test: null };
  }
  const none = findNoneWithPriors(metric, rows);
  if (none) return { inference: none, test: null };
  const cut = findCut(metric);
  if (cut) return { inference: inferCutDifference(metric, cut, bothSides(rows), rows, factor), test: null };
  const inference =
    metric === 'median_absolute_error'
      ? rows.dependence
        ? dependentMedian
        : inferMedianErrorGain(...bothSides(rows), rows.weights, factor)
      : inferSides(metric, rows, factor);
  const test = metric === 'roc_auc' && alone && !('why' in inference) ? testAreas(rows) : null;
  return { inference, test };
}

const bothSides = (rows: PairedRows) => [scoredBy(rows, 'challenger')!, scoredBy(rows, 'champion')!] as const;

/** Rows only one side has right, for metrics that are a share of the rows of one class or of all. */
function discordanceOf(metric: string, rows: PairedRows): Discordance | undefined {
  if (metric === 'interval_coverage') return discordanceOfCoverage(metric, rows);
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

function discordanceOfCoverage(metric: string, rows: PairedRows): Discordance | undefined {
  const [ours, theirs] = bothSides(rows).map((side) => findCoverage(metric, side));
  if (!ours || !theirs) return undefined;
  const count = (isOne: (row: number) => boolean): number =>
    rows.labels.reduce((sum, _, row) => sum + (isOne(row) ? 1 : 0), 0);
  return {
    onlyChallenger: count((row) => ours(row) && !theirs(row)),
    onlyChampion: count((row) => theirs(row) && !ours(row)),
    rows: rows.labels.length,
  };
}

function inferMatched(metric: string, discordance: Discordance): GainInference {
  if (discordance.rows === 0) {
    return { inference: { why: `no row counts for ${metric}: it is undefined` }, test: null };
  }
  const test = { name: 'McNemar, exact: no difference', pValue: mcnemarPValue(discordance) };
  return { inference: matchedProportions(discordance), test };
}

function testAreas({ labels, challenger, champion }: PairedRows): GainInference['test'] {
  const { areas, covariance } = measureRocAreas(labels, [challenger, champion]);
  const variance = covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1);
  const distance = Math.abs(areas[0]! - areas[1]!);
  return { name: 'DeLong: no difference', pValue: 2 * normalCdf(-distance / Math.sqrt(variance)) };
}

/** Rows, or units of rows, in which the metric can tell the sides apart. */
function countDiffering(metric: string, rows: PairedRows): number {
  const columns = columnsSeen(metric, rows);
  const differs = (row: number): boolean => columns.some(([ours, theirs]) => ours(row) !== theirs(row));
  const units = findPlainUnits(rows);
  if (units) return countUnits(units, differs);
  let differing = 0;
  for (let row = 0; row < rows.labels.length; row++) if (differs(row)) differing++;
  return differing;
}

function describeDiffering(differing: number, rows: Rows): string {
  const units = findPlainUnits(rows);
  if (!units) return counted(differing, 'row');
  return `${differing} ${differing === 1 ? units.seen.noun : units.seen.plural}`;
}

type Column = (row: number) => number;

function columnsSeen(metric: string, rows: PairedRows): (readonly [Column, Column])[] {
  const [ours, theirs] = bothSides(rows);
  if (findMetric(metric)?.sees === 'decision') return [[decisionsOf(ours), decisionsOf(theirs)]];
  const said = (side: typeof ours): readonly Float64Array[] =>
    metric.startsWith('interval_') && side.intervals
      ? [side.intervals.lower, side.intervals.upper]
      : (side.probabilities ?? [side.scores]);
  const scores = [said(ours), said(theirs)] as const;
  return scores[0].map((column, at) => [(row) => column[row]!, (row) => scores[1][at]?.[row] ?? Number.NaN]);
}

function inferSides(metric: string, rows: PairedRows, factor: number): Inference | NoInference {
  const challenger = describeSide(metric, 'challenger', rows);
  const unscaled = describeSide(metric, 'champion', rows);
  const champion = unscaled && scaleSide(unscaled, factor);
  if (!challenger || !champion) return { why: `${metric} is undefined in these rows` };
  const small = challenger.prepared.ofEachClass
    ? findSmallClass(metric, rows)
    : (findUnsureEdge(metric, rows) ?? findFewOutside(metric, rows, true));
  if (small) return small;
  const { better } = findMetric(metric)!;
  const ideal = idealOf(better);
  const ofAnySize = isOfAnySize(metric);
  if (ideal !== null) {
    return inferBiasGain(beyond(ideal, challenger), beyond(ideal, champion), rows, ofAnySize);
  }
  const bins = binsOf(metric);
  if (bins !== null) {
    const [ours, theirs] = [challenger, unscaled!].map(({ scored, value, influences }) =>
      calibrationOf(bins, scored, { value, influences }, rows),
    );
    return inferCalibrationGain(ours!, scaleCalibration(theirs!, factor));
  }
  const gain = gainOf(better, challenger.value, champion.value);
  const differences = challenger.influences.map((influence, row) =>
    gainOf(better, influence, champion.influences[row]!),
  );
  const ofAreas = isArea(metric);
  const possible = ofAreas
    ? worstPlacements(gain, areaGainRange(factor), rows)
    : worstOfGain(better, [challenger, champion], factor, rows);
  const sides =
    ofAnySize || (ofAreas && !possible)
      ? evenRowsOfSides(metric, [challenger, unscaled!], rows, better as 'higher' | 'lower', ofAnySize)
      : undefined;
  const inferred = inferFromInfluences(gain, differences, rows, {
    ofAnySize,
    isGain: true,
    extremes: extremesOfGain(better, challenger, champion),
    gainIf: gainIfOf(better, challenger, champion),
    possible,
    ...(ofAreas && { sides }),
  });
  return ofAnySize ? guardBySides(inferred, sides!) : inferred;
}

/** A side, less the value that would be best. */
const beyond = <Side extends { readonly value: number }>(ideal: number, side: Side): Side => ({
  ...side,
  value: side.value - ideal,
});
