import { type PrepareMetric, ratio } from './measure.ts';

/** Rows by falling score, with the label of each and the end of each run of equal scores marked. */
interface Ranking {
  readonly order: Uint32Array;
  readonly positive: Uint8Array;
  /** 1 where the next row in order has a lower score, or there is none. */
  readonly endsTie: Uint8Array;
}

function rank(labels: Float64Array, scores: Float64Array): Ranking {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  const positive = Uint8Array.from(order, (row) => labels[row]!);
  const endsTie = Uint8Array.from(order, (row, place) =>
    place === order.length - 1 || scores[order[place + 1]!] !== scores[row] ? 1 : 0,
  );
  return { order, positive, endsTie };
}

/**
 * Area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties counting half (Hanley
 * and McNeil, Radiology 143, 1982). Undefined without rows of both classes.
 */
const rocAuc: PrepareMetric = (labels, scores) => {
  const { order, positive, endsTie } = rank(labels, scores);
  return (weights) => {
    let [positives, negatives, ordered] = [0, 0, 0];
    let [positivesHere, negativesHere] = [0, 0];
    for (let place = 0; place < order.length; place++) {
      const weight = weights[order[place]!]!;
      // Without a branch: labels alternate too wildly for one to be foreseen.
      positivesHere += weight * positive[place]!;
      negativesHere += weight * (1 - positive[place]!);
      if (endsTie[place] === 0) continue;
      ordered += negativesHere * (positives + positivesHere / 2);
      positives += positivesHere;
      negatives += negativesHere;
      positivesHere = 0;
      negativesHere = 0;
    }
    return ratio(ordered, positives * negatives);
  };
};

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there, without interpolation
 * (as scikit-learn's `average_precision_score`). Undefined without rows of class 1.
 */
const prAuc: PrepareMetric = (labels, scores) => {
  const { order, positive, endsTie } = rank(labels, scores);
  return (weights) => {
    let [positives, decided, area, positivesHere] = [0, 0, 0, 0];
    for (let place = 0; place < order.length; place++) {
      const weight = weights[order[place]!]!;
      decided += weight;
      positivesHere += weight * positive[place]!;
      if (endsTie[place] === 0 || positivesHere === 0) continue;
      positives += positivesHere;
      area += (positivesHere * positives) / decided;
      positivesHere = 0;
    }
    return ratio(area, positives);
  };
};

export const rankingMetrics: Readonly<Record<string, PrepareMetric>> = { roc_auc: rocAuc, pr_auc: prAuc };
