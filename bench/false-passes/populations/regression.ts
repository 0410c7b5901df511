/** Populations of regression models. */
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { type Discrete, discrete, stratify } from './discrete.ts';
import type { Population, Said } from './population.ts';

/** How large an error is, from a number that is uniform between 0 and 1. */
const sizes = {
  normal: (probability: number) => Math.abs(normalQuantile((1 + probability) / 2)),
  lognormal: (probability: number) => Math.exp(normalQuantile(probability)),
  t3: (probability: number) => Math.abs(quantileOfT3((1 + probability) / 2)),
  'Pareto 2.5': (probability: number) => (1 - probability) ** (-1 / 2.5),
  // Without a variance, as claims and catastrophes are.
  'Pareto 1.5': (probability: number) => (1 - probability) ** (-1 / 1.5),
  'Pareto 1.8': (probability: number) => (1 - probability) ** (-1 / 1.8),
  // Too rare to be in every sample, and two thirds of the mean.
  'one in 100 two hundredfold': (probability: number) =>
    probability < 0.99
      ? Math.abs(normalQuantile((1 + probability / 0.99) / 2))
      : 200 * Math.abs(normalQuantile((1 + (probability - 0.99) / 0.01) / 2)),
} as const;

export type Tail = keyof typeof sizes;

/** Student's t with 3 degrees of freedom, by bisection of its distribution function, which is closed. */
function quantileOfT3(probability: number): number {
  const below = (t: number): number =>
    0.5 + (Math.atan(t / Math.sqrt(3)) + (Math.sqrt(3) * t) / (3 + t * t)) / Math.PI;
  let [low, high] = [0, 1e6];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface Erring {
  readonly tail: Tail;
  readonly scale: number;
  /** `both`: errors to either side; `up`: scores are never too low. */
  readonly signs: 'both' | 'up';
  /** Of predicted intervals; none when omitted. */
  readonly halfWidth?: number;
  /** What the scores are too low by beside that. */
  readonly shift?: number;
}

function errorsOf({ tail, scale, signs, shift = 0 }: Erring): Discrete {
  const { values, shares } = stratify(sizes[tail]);
  const errors = Array.from(values, (size) => scale * size);
  if (signs === 'up')
    return discrete(
      errors.map((error) => error - shift),
      shares,
    );
  const all = [...errors.map((error) => -error).reverse(), ...errors].map((error) => error - shift);
  return discrete(all, [...Array.from(shares).reverse(), ...shares]);
}

/** Labels around 10, and errors in their unit or as a share of them. */
const labels = stratifyCoarsely((probability) => 10 + 2 * normalQuantile(probability));

/** Few labels, since a truth is summed over each with each error. */
function stratifyCoarsely(quantile: (probability: number) => number): Discrete {
  const strata = 40;
  const values = Array.from({ length: strata }, (_, at) => quantile((at + 0.5) / strata));
  return discrete(
    values,
    values.map(() => 1),
  );
}

const erring = (errors: Erring, unit: 'label' | 'share'): Said => {
  const law = errorsOf(errors);
  return {
    of: Array.from(labels.values, () => law),
    ...(errors.halfWidth !== undefined && { halfWidth: errors.halfWidth }),
    score: unit === 'label' ? (label, error) => label + error : (label, error) => label * (1 + error),
  };
};

export function estimators(
  challenger: Erring,
  champion: Erring | null,
  unit: 'label' | 'share' = 'label',
): Population {
  return {
    task: 'regression',
    labels,
    challenger: erring(challenger, unit),
    champion: champion && erring(champion, unit),
    agreement: 0.5,
  };
}
