/**
 * The learners of this machine: small, deterministic, and of the kinds whose names they bear. Pure.
 *
 * Owns: how each is fitted, and what it says of a row. What a model is stands in its JSON form (docs/local-cloud/azure-ml.md).
 */
import type { Candidate } from './candidates.ts';
import { fitTree, type TreeNode } from './tree.ts';

export type Model =
  /** Scores `W x + b`; of signs, `x` is 1 where a number is above 0 and 0 elsewhere. */
  | {
      readonly kind: 'linear';
      readonly on: 'numbers' | 'signs';
      readonly weights: readonly (readonly number[])[];
      readonly bias: readonly number[];
    }
  | { readonly kind: 'tree'; readonly nodes: readonly TreeNode[] };

export interface Sample {
  readonly x: readonly Float64Array[];
  /** Of classification the number of the class, of regression the value. */
  readonly y: readonly number[];
  readonly weights: readonly number[];
  /** 0 for regression. */
  readonly classes: number;
}

export function trainModel({ algorithm, settings }: Candidate, sample: Sample): Model {
  switch (algorithm) {
    case 'LogisticRegression':
      return fitLogistic(sample, settings['l2']!);
    case 'BernoulliNaiveBayes':
      return fitBernoulli(sample, settings['alpha']!);
    case 'ElasticNet':
      return fitElasticNet(sample, settings['alpha']!, settings['l1Ratio']!);
    case 'DecisionTree':
      return { kind: 'tree', nodes: fitTree(sample, settings['depth']!, settings['leaf']!) };
  }
}

/** Of classification the probability of each class, of regression the value alone. */
export function predict(model: Model, x: Float64Array, isClassification: boolean): readonly number[] {
  if (model.kind === 'tree') {
    let node = model.nodes[0]!;
    while ('feature' in node)
      node = model.nodes[x[node.feature]! <= node.threshold ? node.left : node.right]!;
    return node.value;
  }
  const seen = model.on === 'signs' ? x.map((value) => (value > 0 ? 1 : 0)) : x;
  const scores = model.bias.map((bias, at) => bias + dot(model.weights[at]!, seen));
  return isClassification ? softmax(scores) : scores;
}

const dot = (weights: ArrayLike<number>, x: Float64Array): number => {
  let sum = 0;
  for (let at = 0; at < x.length; at++) sum += weights[at]! * x[at]!;
  return sum;
};

function softmax(scores: readonly number[]): readonly number[] {
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}

const steps = 150;

/** Softmax regression by gradient descent, with a penalty on the squares of its weights. */
function fitLogistic({ x, y, weights: of, classes }: Sample, l2: number): Model {
  const width = x[0]?.length ?? 0;
  const total = of.reduce((sum, weight) => sum + weight, 0);
  const weights = Array.from({ length: classes }, () => new Float64Array(width));
  const bias = new Array<number>(classes).fill(0);
  // The step that the steepest direction allows, and no more.
  const squares = x.reduce((sum, row, at) => sum + of[at]! * dot(row, row), 0) / total;
  const rate = 1 / (0.5 * (squares + 1) + l2);
  const pace = Math.min(1, rate * 4);
  for (let step = 0; step < steps; step++) {
    const slopes = weights.map((row) => row.map((weight) => l2 * weight));
    const shifts = new Array<number>(classes).fill(0);
    x.forEach((row, at) => {
      const chances = softmax(bias.map((shift, of) => shift + dot(weights[of]!, row)));
      chances.forEach((chance, of_) => {
        const error = ((chance - (y[at] === of_ ? 1 : 0)) * of[at]!) / total;
        shifts[of_]! += error;
        const slope = slopes[of_]!;
        for (let column = 0; column < width; column++) slope[column]! += error * row[column]!;
      });
    });
    weights.forEach((row, of_) => {
      bias[of_]! -= pace * shifts[of_]!;
      for (let column = 0; column < width; column++) row[column]! -= pace * slopes[of_]![column]!;
    });
  }
  return { kind: 'linear', on: 'numbers', weights: weights.map((row) => [...row]), bias };
}

/** Over whether each number is above 0; what it says of a class is a sum of one share for each. */
function fitBernoulli({ x, y, weights: of, classes }: Sample, alpha: number): Model {
  const width = x[0]?.length ?? 0;
  const counts = new Array<number>(classes).fill(0);
  const above = Array.from({ length: classes }, () => new Float64Array(width));
  x.forEach((row, at) => {
    counts[y[at]!]! += of[at]!;
    row.forEach((value, column) => {
      if (value > 0) above[y[at]!]![column]! += of[at]!;
    });
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = above.map((row, at) => [...row].map((count) => (count + alpha) / (counts[at]! + 2 * alpha)));
  return {
    kind: 'linear',
    on: 'signs',
    weights: shares.map((row) => row.map((share) => Math.log(share / (1 - share)))),
    bias: shares.map((row, at) =>
      row.reduce(
        (sum, share) => sum + Math.log(1 - share),
        Math.log((counts[at]! + alpha) / (total + classes * alpha)),
      ),
    ),
  };
}

/** Coordinate descent over weights that are kept small by their squares and their sizes. */
function fitElasticNet({ x, y, weights: of }: Sample, alpha: number, l1Ratio: number): Model {
  const width = x[0]?.length ?? 0;
  const total = of.reduce((sum, weight) => sum + weight, 0);
  const weights = new Array<number>(width).fill(0);
  let bias = y.reduce((sum, value, at) => sum + value * of[at]!, 0) / total;
  const spread = Math.sqrt(y.reduce((sum, value, at) => sum + of[at]! * (value - bias) ** 2, 0) / total) || 1;
  const rest = Float64Array.from(y, (value) => value - bias);
  const [l1, l2] = [alpha * l1Ratio * spread, alpha * (1 - l1Ratio)];
  for (let step = 0; step < steps; step++) {
    for (let column = 0; column < width; column++) {
      let [along, square] = [0, 0];
      x.forEach((row, at) => {
        along += (of[at]! * row[column]! * (rest[at]! + weights[column]! * row[column]!)) / total;
        square += (of[at]! * row[column]! ** 2) / total;
      });
      const shrunk = (Math.sign(along) * Math.max(0, Math.abs(along) - l1)) / (square + l2 || 1);
      const change = shrunk - weights[column]!;
      weights[column] = shrunk;
      if (change === 0) continue;
      for (const [at, row] of x.entries()) rest[at]! -= change * row[column]!;
    }
    const shift = rest.reduce((sum, value, at) => sum + value * of[at]!, 0) / total;
    bias += shift;
    for (const [at, value] of rest.entries()) rest[at] = value - shift;
  }
  return { kind: 'linear', on: 'numbers', weights: [weights], bias: [bias] };
}
