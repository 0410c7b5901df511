/** Populations of models of several classes. */
import { type Discrete, discrete } from './discrete.ts';
import { namesOf, type Population, type Said } from './population.ts';

interface Deciding {
  /** Least and greatest probability of the class decided for; between them all are as likely. */
  readonly tops: readonly [number, number];
  /** What the surest probability's distance to 1 is raised to: above 1 they are surer than they should be. */
  readonly sureness?: number;
  /** Share of the rows of the last class that are surely taken for the first: a kind that the model does not know. */
  readonly missed?: number;
}

const surely = 0.9999;
const levels = 60;

/**
 * The class decided for is right as often as its probability says; otherwise it is any other, one as likely as the
 * next. So the accuracy is the mean of the probabilities.
 */
function deciding(classes: number, { tops: [least, most], sureness = 1, missed = 0 }: Deciding): Said {
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
    if (missed > 0 && label === classes - 1) {
      for (const kind of kinds) kind.share *= (1 - missed) / levels;
      kinds.push({ decision: 0, top: surely, share: missed });
    }
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
  /** `equal`, `unequal`: shares of 1, 1/2, 1/3 and so on, or one row in 20 of the last class and the others equal. */
  readonly shares: 'equal' | 'unequal' | 'one rare';
}

const rare = 0.05;

const shareOf = (shares: Classes['shares'], at: number, count: number): number => {
  if (shares === 'one rare') return at === count - 1 ? rare : (1 - rare) / (count - 1);
  return shares === 'equal' ? 1 : 1 / (at + 1);
};

export function classifiers(classes: Classes, challenger: Deciding, champion: Deciding | null): Population {
  const { count, shares } = classes;
  const places = namesOf(count).map((_, at) => at);
  return {
    task: 'multiclass',
    labels: discrete(
      places,
      places.map((at) => shareOf(shares, at, count)),
    ),
    challenger: deciding(count, challenger),
    champion: champion && deciding(count, champion),
    agreement: 0.7,
  };
}
