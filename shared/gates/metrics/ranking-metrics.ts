import { placeRows, type Ranking, rank } from '../statistics/ranking.ts';
import { bytesOf } from '../statistics/typed.ts';
import { type PrepareMetric, type RankMetric, ratio } from './measure.ts';

/**
 * Area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties counting half (Hanley
 * and McNeil, Radiology 143, 1982). Undefined without rows of both classes.
 */
const rocAuc: PrepareMetric = ({ labels, scores }) =>
  areaUnderRoc(
    bytesOf(labels.length, (row) => labels[row]!),
    rank(scores),
  );

/** Its influences are those of DeLong's variance, which is that of their sum. */
function areaUnderRoc(positive: Uint8Array, ranking: Ranking): RankMetric {
  return {
    kind: 'ranks',
    measure: (weights) => measureArea(positive, ranking, weights),
    influences: (weights) => {
      const { shares, positives, negatives, area } = placeRows(positive, ranking, weights);
      return shares.map((share, row) => {
        const total = positive[row] === 1 ? positives : negatives;
        return ((weights ? weights[row]! : 1) * (share - area)) / total;
      });
    },
    ofEachClass: true,
  };
}

function measureArea(
  positive: Uint8Array,
  { order, endsTie }: Ranking,
  weights: Float64Array | null,
): number | null {
  let [positives, negatives, ordered] = [0, 0, 0];
  let [positivesHere, negativesHere] = [0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    const weight = weights ? weights[row]! : 1;
    // Without a branch: labels alternate too wildly for one to be foreseen.
    positivesHere += weight * positive[row]!;
    negativesHere += weight * (1 - positive[row]!);
    if (endsTie[place] === 0) continue;
    ordered += negativesHere * (positives + positivesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
    positivesHere = 0;
    negativesHere = 0;
  }
  return ratio(ordered, positives * negatives);
}

/**
 * Mean over the classes of the area under the ROC curve of the class's probability, for the class against all others
 * (Provost and Domingos, CeDER working paper 00-04, 2000, with equal weights). Undefined where a class has no rows,
 * or all of them.
 */
export const rocAucOneVsRest: PrepareMetric = ({ labels, classes, probabilities }) => {
  if (!probabilities) return null;
  const areaOf = (column: Float64Array, place: number): RankMetric =>
    areaUnderRoc(
      bytesOf(labels.length, (row) => (labels[row] === place ? 1 : 0)),
      rank(column),
    );
  const areas = probabilities.flatMap((column, place) =>
    classes?.known[place] ? [areaOf(column, place)] : [],
  );
  return {
    kind: 'ranks',
    measure: (weights) => {
      let sum = 0;
      for (const { measure } of areas) {
        const area = measure(weights);
        if (area === null) return null;
        sum += area;
      }
      return ratio(sum, areas.length);
    },
    influences: (weights) => {
      const sum = new Float64Array(labels.length);
      for (const area of areas) {
        const influences = area.influences(weights);
        for (let row = 0; row < sum.length; row++) sum[row]! += influences[row]! / areas.length;
      }
      return sum;
    },
    ofEachClass: true,
  };
};

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there, without interpolation
 * (as scikit-learn's `average_precision_score`). Undefined without rows of class 1.
 */
const prAuc: PrepareMetric = ({ labels, scores }) => {
  const ranking = rank(scores);
  const ordered = bytesOf(labels.length, (place) => labels[ranking.order[place]!]!);
  return {
    kind: 'ranks',
    measure: (weights) => measurePrecision(ordered, ranking, weights),
    influences: (weights) => influencesOnPrecision(ordered, ranking, weights),
    ofEachClass: true,
  };
};

function measurePrecision(
  positive: Uint8Array,
  { order, endsTie }: Ranking,
  weights: Float64Array | null,
): number | null {
  let [positives, decided, area, positivesHere] = [0, 0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    const weight = weights ? weights[order[place]!]! : 1;
    decided += weight;
    positivesHere += weight * positive[place]!;
    if (endsTie[place] === 0 || positivesHere === 0) continue;
    positives += positivesHere;
    area += (positivesHere * positives) / decided;
    positivesHere = 0;
  }
  return ratio(area, positives);
}

/**
 * A row of weight w adds to the weight P of class 1 and D of all rows at and above each score that is not above its
 * own. With precision p = P/D at each score, and sums over the rows of class 1 at and below the row's own score, the
 * derivative by w is ([class 1] (p - AP + sum of w/D) - sum of w p/D) / (weight of class 1).
 */
function influencesOnPrecision(
  positive: Uint8Array,
  { order, endsTie }: Ranking,
  weights: Float64Array | null,
): Float64Array {
  const weightAt = (place: number): number => (weights ? weights[order[place]!]! : 1);
  const decided = new Float64Array(order.length);
  const precision = new Float64Array(order.length);
  let [positives, all, area, positivesHere, from] = [0, 0, 0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    all += weightAt(place);
    positivesHere += weightAt(place) * positive[place]!;
    if (endsTie[place] === 0) continue;
    positives += positivesHere;
    // Nothing of weight at and above: nothing hangs on the precision there.
    const here = all > 0 ? positives / all : 0;
    area += positivesHere * here;
    decided.fill(all > 0 ? all : 1, from, place + 1);
    precision.fill(here, from, place + 1);
    positivesHere = 0;
    from = place + 1;
  }
  const average = area / positives;
  const influences = new Float64Array(order.length);
  let [shares, losses] = [0, 0];
  for (let to = order.length - 1; to >= 0; ) {
    let start = to;
    while (start > 0 && endsTie[start - 1] === 0) start--;
    for (let place = start; place <= to; place++) {
      const share = (weightAt(place) * positive[place]!) / decided[place]!;
      shares += share;
      losses += share * precision[place]!;
    }
    for (let place = start; place <= to; place++) {
      const gain = positive[place] === 1 ? precision[place]! - average + shares : 0;
      influences[order[place]!] = (weightAt(place) * (gain - losses)) / positives;
    }
    to = start - 1;
  }
  return influences;
}

export const rankingMetrics: Readonly<Record<string, PrepareMetric>> = { roc_auc: rocAuc, pr_auc: prAuc };
