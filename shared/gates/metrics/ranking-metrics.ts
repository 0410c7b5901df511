import { type PrepareMetric, ratio } from './measure.ts';

/** Rows by falling score, with the end of each run of equal scores marked. */
interface Ranking {
  readonly order: Uint32Array;
  /** 1 where the next row in order has a lower score, or there is none. */
  readonly endsTie: Uint8Array;
}

function rank(scores: Float64Array): Ranking {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  const endsTie = Uint8Array.from(order, (row, place) =>
    place === order.length - 1 || scores[order[place + 1]!] !== scores[row] ? 1 : 0,
  );
  return { order, endsTie };
}

/** Walks the distinct scores from high to low with the weight of each class at that score. */
function walk(
  { order, endsTie }: Ranking,
  labels: Float64Array,
  weights: Float64Array,
  visit: (positive: number, negative: number) => void,
): void {
  let positive = 0;
  let negative = 0;
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    if (labels[row] === 1) positive += weights[row]!;
    else negative += weights[row]!;
    if (endsTie[place] === 1) {
      visit(positive, negative);
      positive = 0;
      negative = 0;
    }
  }
}

/**
 * Area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties counting half (Hanley
 * and McNeil, Radiology 143, 1982). Undefined without rows of both classes.
 */
const rocAuc: PrepareMetric = (labels, scores) => {
  const ranking = rank(scores);
  return (weights) => {
    let positives = 0;
    let negatives = 0;
    let ordered = 0;
    walk(ranking, labels, weights, (positive, negative) => {
      ordered += negative * (positives + positive / 2);
      positives += positive;
      negatives += negative;
    });
    return ratio(ordered, positives * negatives);
  };
};

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there, without interpolation
 * (as scikit-learn's `average_precision_score`). Undefined without rows of class 1.
 */
const prAuc: PrepareMetric = (labels, scores) => {
  const ranking = rank(scores);
  return (weights) => {
    let positives = 0;
    let decided = 0;
    let area = 0;
    walk(ranking, labels, weights, (positive, negative) => {
      positives += positive;
      decided += positive + negative;
      if (positive > 0) area += (positive * positives) / decided;
    });
    return ratio(area, positives);
  };
};

export const rankingMetrics: Readonly<Record<string, PrepareMetric>> = { roc_auc: rocAuc, pr_auc: prAuc };
