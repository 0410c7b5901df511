/** Metrics of the rows beyond a cut through the scores that the rows themselves make. */
import { rank } from '../statistics/ranking.ts';
import { finite, type PrepareMetric, type RankMetric, ratio } from './measure.ts';

/** Shares are multiplied with counts: 0.29 of 100 is 29. */
const rounding = 1e-9;

/** Weights of one run of equal scores, from the highest on. */
interface Tie {
  readonly positives: number;
  readonly negatives: number;
}

/** Runs of equal scores in falling order, with what of either class is in them. Null weights are all 1. */
export function tiesOf(
  labels: Float64Array,
  scores: Float64Array,
  weights: Float64Array | null = null,
): readonly Tie[] {
  const { order, endsTie } = rank(scores);
  const ties: Tie[] = [];
  let [positives, negatives] = [0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    const weight = weights ? weights[row]! : 1;
    if (labels[row] === 1) positives += weight;
    else negatives += weight;
    if (endsTie[place] === 0) continue;
    ties.push({ positives, negatives });
    [positives, negatives] = [0, 0];
  }
  return ties;
}

/** How much of class 1 has scores from the lowest threshold on that lets no more than this of class 0 pass. */
export function hitsBefore(ties: readonly Tie[], mostNegatives: number): number {
  let [hits, negatives] = [0, 0];
  for (const tie of ties) {
    negatives += tie.negatives;
    if (negatives > mostNegatives * (1 + rounding)) break;
    hits += tie.positives;
  }
  return hits;
}

/** How much of class 1 is among so much with the highest scores; of the run in which that ends its share. */
export function hitsWithin(ties: readonly Tie[], kept: number): number {
  let [hits, rest] = [0, kept];
  for (const { positives, negatives } of ties) {
    const all = positives + negatives;
    if (all >= rest) return all > 0 ? hits + (positives * rest) / all : hits;
    hits += positives;
    rest -= all;
  }
  return hits;
}

/** How much is kept by `precision_at`: below 1 a share of all, else a number of rows; null where there are not so many. */
export function keptOf(parameter: number, total: number): number | null {
  const kept = parameter < 1 ? parameter * total : parameter;
  return total > 0 && kept <= total * (1 + rounding) ? Math.min(kept, total) : null;
}

/**
 * Recall at the lowest threshold whose false-positive rate is at most the share (Pepe, "The Statistical Evaluation of
 * Medical Tests", 2003, chapter 4): the height of the ROC curve there, of its points alone, since between two of them
 * there is no threshold. Rows of equal scores are decided alike: where a run of them would let too many of class 0 pass,
 * none of it counts. Undefined without rows of both classes.
 */
export const recallAtFalsePositives =
  (share: number): PrepareMetric =>
  ({ labels, scores }) =>
    ofCut(labels, (weights) => {
      const ties = tiesOf(labels, scores, weights);
      const [positives, negatives] = totalsOf(ties);
      return negatives > 0 ? ratio(hitsBefore(ties, share * negatives), positives) : null;
    });

/**
 * Share of class 1 among the rows with the highest scores: of a share of all rows, or of a number of them. Where the cut
 * goes through rows of equal scores it is what choosing among them by lot would give on average (McSherry and Najork, ECIR
 * 2008), whatever their order in the file. Undefined where there are fewer rows.
 */
export const precisionAt =
  (parameter: number): PrepareMetric =>
  ({ labels, scores }) =>
    ofCut(labels, (weights) => {
      const ties = tiesOf(labels, scores, weights);
      const [positives, negatives] = totalsOf(ties);
      const kept = keptOf(parameter, positives + negatives);
      return kept === null ? null : finite(hitsWithin(ties, kept) / kept);
    });

export function totalsOf(ties: readonly Tie[]): [positives: number, negatives: number] {
  return ties.reduce<[number, number]>(
    ([positives, negatives], tie) => [positives + tie.positives, negatives + tie.negatives],
    [0, 0],
  );
}

/** As the weights change, the cut stays and then jumps: derivatives tell nothing of it (infer-cut.ts). */
const ofCut = (labels: Float64Array, measure: RankMetric['measure']): RankMetric => ({
  kind: 'ranks',
  ofEachClass: false,
  measure,
  influences: () => new Float64Array(labels.length),
});
