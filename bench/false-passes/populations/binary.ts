/** Populations of binary models. */

import type { Costs } from '../../../shared/gates/metrics/decision-rule.ts';
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { type Discrete, discrete, stratify } from './discrete.ts';
import type { Population, Said } from './population.ts';

const [decided0, decided1] = [0.25, 0.75];

const labelsOf = (prevalence: number): Discrete => discrete([0, 1], [1 - prevalence, prevalence]);

interface Rates {
  /** Chance that a row of class 1 is decided 1, and that one of class 0 is. */
  readonly recall: number;
  readonly falsePositives: number;
}

/** A side of which only decisions are known. */
const deciding = ({ recall, falsePositives }: Rates): Said => ({
  of: [falsePositives, recall].map((chance) => discrete([decided0, decided1], [1 - chance, chance])),
});

export function deciders(
  prevalence: number,
  challenger: Rates,
  champion: Rates | null,
  costs?: Costs,
): Population {
  return {
    task: 'binary',
    labels: labelsOf(prevalence),
    challenger: deciding(challenger),
    champion: champion && deciding(champion),
    agreement: 0.7,
    ...(costs && { costs }),
  };
}

export interface Scoring {
  /** True area under the ROC curve, where both classes spread alike. */
  readonly area: number;
  /** Spread of the scores of class 1, in that of class 0. */
  readonly spread?: number;
  /** What the log odds are multiplied with: above 1 the scores are surer than they should be. */
  readonly sureness?: number;
  /** What becomes of a score: rounded, saturated. */
  readonly shape?: (score: number) => number;
  /** Share of the rows of class 1 that are taken for the surest of class 0: a kind that the model does not know. */
  readonly missed?: number;
}

const surelyClass0 = 1e-9;

export const shapes = {
  rounded: (score: number) => Math.round(score * 10) / 10,
  saturated: (score: number) => (score < 0.02 ? 0 : score > 0.98 ? 1 : score),
} as const;

/** Scores of two normal classes: with spread 1 and sureness 1 they are the true chance of class 1. */
function scoring(prevalence: number, { area, spread = 1, sureness = 1, shape, missed = 0 }: Scoring): Said {
  const distance = normalQuantile(area) * Math.sqrt(1 + spread ** 2);
  const logOdds = Math.log(prevalence / (1 - prevalence));
  const lawOf = (centre: number, width: number): Discrete => {
    const score = (normal: number): number => {
      const odds = sureness * (logOdds + distance * (centre + width * normal) - distance ** 2 / 2);
      const plain = 1 / (1 + Math.exp(-odds));
      return shape ? shape(plain) : plain;
    };
    return stratify((probability) => score(normalQuantile(probability)));
  };
  const seen = lawOf(distance, spread);
  return { of: [lawOf(0, 1), missed > 0 ? missSome(seen, missed) : seen] };
}

/** Those that are missed are the surest of a side that agrees and misses none. */
function missSome({ values, shares }: Discrete, missed: number): Discrete {
  return discrete([...values, surelyClass0], [...shares.map((share) => share * (1 - missed)), missed]);
}

export function scorers(prevalence: number, challenger: Scoring, champion: Scoring | null): Population {
  return {
    task: 'binary',
    labels: labelsOf(prevalence),
    challenger: scoring(prevalence, challenger),
    champion: champion && scoring(prevalence, champion),
    agreement: 0.7,
  };
}

/** A side that says of each row how common class 1 is. */
const constant = (prevalence: number): Said => ({
  of: [discrete([prevalence], [1]), discrete([prevalence], [1])],
});

/** A constant against scores in the middle of the bins of `ece`, each as true as it says: neither is miscalibrated. */
export function constantAgainstCalibrated(): Population {
  const middles = Array.from({ length: 10 }, (_, bin) => (bin + 0.5) / 10);
  const calibrated: Said = {
    of: [
      discrete(
        middles,
        middles.map((middle) => 1 - middle),
      ),
      discrete(middles, middles),
    ],
  };
  return {
    task: 'binary',
    labels: labelsOf(0.5),
    challenger: constant(0.5),
    champion: calibrated,
    agreement: 0,
  };
}
