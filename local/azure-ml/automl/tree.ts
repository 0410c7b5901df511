/** A decision tree that is grown greedily: by the spread of classes, or of values. Pure. */

export type TreeNode =
  /** Up to the threshold to the left, beyond it to the right; both are places among the nodes. */
  | { readonly feature: number; readonly threshold: number; readonly left: number; readonly right: number }
  /** Of classification the share of each class, of regression the mean. */
  | { readonly value: readonly number[] };

interface Sample {
  readonly x: readonly Float64Array[];
  readonly y: readonly number[];
  readonly weights: readonly number[];
  readonly classes: number;
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly spread: number;
}

const thresholdsAtMost = 12;

export function fitTree(sample: Sample, depth: number, leaf: number): readonly TreeNode[] {
  const nodes: TreeNode[] = [];
  const grow = (rows: readonly number[], left: number): number => {
    const place = nodes.length;
    nodes.push({ value: leafOf(sample, rows) });
    const split = left > 0 ? bestSplit(sample, rows, leaf) : null;
    if (!split) return place;
    const { feature, threshold } = split;
    const isLeft = (row: number): boolean => sample.x[row]![feature]! <= threshold;
    const leftPlace = grow(rows.filter(isLeft), left - 1);
    const rightPlace = grow(
      rows.filter((row) => !isLeft(row)),
      left - 1,
    );
    nodes[place] = { feature, threshold, left: leftPlace, right: rightPlace };
    return place;
  };
  grow(
    sample.y.map((_, row) => row),
    depth,
  );
  return nodes;
}

function bestSplit(sample: Sample, rows: readonly number[], leaf: number): Split | null {
  let best: Split | null = null;
  const before = spreadOf(sample, rows);
  const width = sample.x[0]?.length ?? 0;
  for (let feature = 0; feature < width; feature++) {
    for (const threshold of thresholdsOf(rows.map((row) => sample.x[row]![feature]!))) {
      const left = rows.filter((row) => sample.x[row]![feature]! <= threshold);
      if (left.length < leaf || rows.length - left.length < leaf) continue;
      const right = rows.filter((row) => sample.x[row]![feature]! > threshold);
      const spread = spreadOf(sample, left) + spreadOf(sample, right);
      if (spread < (best?.spread ?? before - 1e-12)) best = { feature, threshold, spread };
    }
  }
  return best;
}

/** Between values that there are, at even shares of the rows. */
function thresholdsOf(values: readonly number[]): readonly number[] {
  const all = [...new Set(values)].sort((a, b) => a - b);
  const between = all.slice(1).map((value, at) => (value + all[at]!) / 2);
  if (between.length <= thresholdsAtMost) return between;
  const share = between.length / thresholdsAtMost;
  return Array.from({ length: thresholdsAtMost }, (_, at) => between[Math.floor(at * share)]!);
}

/** The weight of the rows times Gini's measure, or their sum of squares around the mean. */
function spreadOf({ y, weights, classes }: Sample, rows: readonly number[]): number {
  if (classes === 0) {
    let [total, sum, squares] = [0, 0, 0];
    for (const row of rows) {
      total += weights[row]!;
      sum += weights[row]! * y[row]!;
      squares += weights[row]! * y[row]! ** 2;
    }
    return total === 0 ? 0 : squares - sum ** 2 / total;
  }
  const counts = countsOf({ y, weights, classes }, rows);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : total - counts.reduce((sum, count) => sum + count ** 2, 0) / total;
}

function countsOf({ y, weights, classes }: Omit<Sample, 'x'>, rows: readonly number[]): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const row of rows) counts[y[row]!]! += weights[row]!;
  return counts;
}

/** One more of each class: no leaf is sure. */
function leafOf({ y, weights, classes }: Sample, rows: readonly number[]): readonly number[] {
  if (classes > 0) {
    const counts = countsOf({ y, weights, classes }, rows);
    const total = counts.reduce((sum, count) => sum + count + 1, 0);
    return counts.map((count) => (count + 1) / total);
  }
  const total = rows.reduce((sum, row) => sum + weights[row]!, 0);
  return [rows.reduce((sum, row) => sum + weights[row]! * y[row]!, 0) / total];
}
