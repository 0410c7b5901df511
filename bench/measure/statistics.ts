/** Figures out of repetitions. All of them leave their argument as it is. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly repetitions: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    repetitions: values.length,
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two nearest ranks. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('a quantile needs at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** Each repetition of one side by the repetition of the other that ran beside it, so that a slow minute cancels out. */
export function ratiosOf(values: readonly number[], others: readonly number[]): Spread {
  return spreadOf(values.map((value, index) => value / others[index]!));
}
