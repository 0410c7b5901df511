/** Populations of models of several classes. */
import { type Discrete, discrete } from './discrete.ts';
import { namesOf, type Population, type Said } from './population.ts';

interface Deciding {
  /** Least and greatest probability of the class decided for; between them all are as likely. */
  readonly tops: readonly [number, number];
  /** What the surest probability's distance to 1 is raised to: above 1 they are surer than they should be. */
  readonly sureness?: number;
}

const levels = 60;

/**
 * The class decided for is right as often as its probability says; otherwise it is any other, one as likely as the
 * next. So the accuracy is the mean of the probabilities.
 */
function deciding(classes: number, { tops: [least, most], sureness = 1 }: Deciding): Said {
  const [of, tops]: [Discrete[], Float64Array[]] = [[], []];
  const chances = Array.from({ length: levels }, (_, at) => least + ((most - least) * (at + 0.5)) / levels);
  for (let label = 0; label < classes; label++) {
    const kinds = chances.flatMap((chance) =>
      Array.from({ length: classes }, (_, decision) => ({
        decision,
        top: 1 - (1 - chance) ** sureness,
        share: decision === label ? chance : (1 - chance) / (classes - 1),
      })),
    );
    // Right ones first, so that two sides that agree are right together.
    kinds.sort((a, b) => Number(b.decision === label) - Number(a.decision === label));
    of.push(
      discrete(
        kinds.map(({ decision }) => decision),
        kinds.map(({ share }) => share),
      ),
    );
    tops.push(Float64Array.from(kinds, ({ top }) => top));
  }
  return { of, tops };
}

interface Classes {
  readonly count: number;
  /** `equal`, or each class half as common again as the next but one: shares of 1, 1/2, 1/3 and so on. */
  readonly shares: 'equal' | 'unequal';
}

export function classifiers(classes: Classes, challenger: Deciding, champion: Deciding | null): Population {
  const { count, shares } = classes;
  const places = namesOf(count).map((_, at) => at);
  return {
    task: 'multiclass',
    labels: discrete(
      places,
      places.map((at) => (shares === 'equal' ? 1 : 1 / (at + 1))),
    ),
    challenger: deciding(count, challenger),
    champion: champion && deciding(count, champion),
    agreement: 0.7,
  };
}
