/**
 * The metrics by which an AutoML job knows its best trial. Pure.
 *
 * Source: "Evaluate AutoML experiment results": those of classification as scikit-learn has them, those that end in `weighted` over
 * the classes by how many rows each has; `norm_macro_recall` is `(recall - R) / (1 - R)` with `R` that of chance; errors of
 * regression are normalized by the range of the target.
 */
import { averageRanks } from './ranks.ts';

interface Measured {
  readonly truth: readonly number[];
  /** Of classification the probability of each class, of regression the value alone. */
  readonly said: readonly (readonly number[])[];
  /** 0 for regression. */
  readonly classes: number;
  /** Of the target, over all rows. */
  readonly range: number;
}

/** NaN where it says nothing of these rows. */
export function measure(metric: string, measured: Measured): number {
  return measured.classes > 0 ? ofClasses(metric, measured) : ofValues(metric, measured);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function ofClasses(metric: string, { truth, said, classes }: Measured): number {
  const guess = said.map((chances) => chances.indexOf(Math.max(...chances)));
  const all = Array.from({ length: classes }, (_, of) => of);
  const present = all.filter((of) => truth.includes(of));
  const weighted = (value: (of: number) => number): number => {
    const known = present.map((of) => ({ rows: truth.filter((one) => one === of).length, value: value(of) }));
    const counted = known.filter((one) => !Number.isNaN(one.value));
    const rows = counted.reduce((sum, one) => sum + one.rows, 0);
    return counted.reduce((sum, one) => sum + (one.value * one.rows) / rows, 0) / (rows > 0 ? 1 : 0);
  };
  const both = (of: number): number => truth.filter((one, at) => one === of && guess[at] === of).length;
  const chancesOf = (of: number) => said.map((chances) => chances[of]!);
  switch (metric) {
    case 'accuracy':
      return mean(truth.map((one, at) => (one === guess[at] ? 1 : 0)));
    case 'norm_macro_recall': {
      const recall = mean(present.map((of) => both(of) / truth.filter((one) => one === of).length));
      const chance = 1 / classes;
      return (recall - chance) / (1 - chance);
    }
    case 'precision_score_weighted':
      return weighted((of) => both(of) / Math.max(1, guess.filter((one) => one === of).length));
    case 'auc_weighted':
      return weighted((of) => areaOf(truth, chancesOf(of), of));
    case 'average_precision_score_weighted':
      return weighted((of) => averagePrecision(truth, chancesOf(of), of));
    default:
      return Number.NaN;
  }
}

/** By the ranks of the rows of the class. */
function areaOf(truth: readonly number[], scores: readonly number[], of: number): number {
  const ranks = averageRanks(scores);
  const own = truth.flatMap((one, at) => (one === of ? [ranks[at]!] : []));
  const others = truth.length - own.length;
  const sum = own.reduce((total, rank) => total + rank, 0);
  return (sum - (own.length * (own.length + 1)) / 2) / (own.length * others);
}

function averagePrecision(truth: readonly number[], scores: readonly number[], of: number): number {
  const order = scores
    .map((score, at) => ({ score, own: truth[at] === of }))
    .sort((a, b) => b.score - a.score);
  const total = order.filter(({ own }) => own).length;
  let [seen, found, sum] = [0, 0, 0];
  for (let at = 0; at < order.length; ) {
    const { score } = order[at]!;
    const before = found;
    for (; at < order.length && order[at]!.score === score; at++) {
      seen++;
      if (order[at]!.own) found++;
    }
    sum += ((found - before) / total) * (found / seen);
  }
  return sum;
}

function ofValues(metric: string, { truth, said, range }: Measured): number {
  const errors = truth.map((value, at) => value - said[at]![0]!);
  const squares = mean(errors.map((error) => error ** 2));
  switch (metric) {
    case 'normalized_root_mean_squared_error':
      return Math.sqrt(squares) / range;
    case 'normalized_mean_absolute_error':
      return mean(errors.map(Math.abs)) / range;
    case 'r2_score': {
      const middle = mean(truth);
      return 1 - squares / mean(truth.map((value) => (value - middle) ** 2));
    }
    case 'spearman_correlation':
      return correlation(averageRanks(truth), averageRanks(said.map(([value]) => value!)));
    default:
      return Number.NaN;
  }
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [middleA, middleB] = [mean(a), mean(b)];
  const of = (one: (at: number) => number) => mean(a.map((_, at) => one(at)));
  const along = of((at) => (a[at]! - middleA) * (b[at]! - middleB));
  return along / Math.sqrt(of((at) => (a[at]! - middleA) ** 2) * of((at) => (b[at]! - middleB) ** 2));
}
