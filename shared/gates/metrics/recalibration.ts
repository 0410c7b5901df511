/**
 * How the log odds of scores would have to be changed to fit the labels: logistic recalibration (Cox, Biometrika 45, 1958;
 * Miller, Langefeld, Tierney, Hui and McDonald, Medical Decision Making 13, 1993).
 */
import { fitIntercept, fitLine, logistic, overlap, sumRows } from './logistic-line.ts';
import { finite, type PrepareMetric, type RankMetric, type ScoredRows } from './measure.ts';

/** Log odds of a score; one of exactly 0 or 1 counts as far from it as in `log_loss`. */
function logOdds(score: number): number {
  const clipped = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
  return Math.log(clipped) - Math.log1p(-clipped);
}

/**
 * The factor of the log odds in a logistic regression of the labels on them: 1 where they are calibrated, below 1 where
 * scores are surer than they should be. Undefined where the classes do not overlap: any factor is too small then.
 */
export const calibrationSlope: PrepareMetric = (rows) => {
  const { labels, scores } = rows;
  const odds = scores.map(logOdds);
  return fitted(labels, odds, (weights) => {
    const fit = rememberLine(rows, weights, () =>
      overlap(labels, odds, weights) ? fitLine(labels, odds, weights) : null,
    );
    return fit && { value: fit.slope, intercept: fit.intercept, slope: fit.slope, ofSlope: true };
  });
};

type Line = ReturnType<typeof fitLine>;

const lines = new WeakMap<Float64Array, { readonly labels: Float64Array; readonly line: Line }>();

/** A gate asks for the line of the same rows again, for the value and for its interval: of scores without weights the last is kept. */
function rememberLine(
  { scores, labels }: ScoredRows,
  weights: Float64Array | null,
  fitAnew: () => Line,
): Line {
  const known = lines.get(scores);
  if (known?.labels === labels && weights === null) return known.line;
  const line = fitAnew();
  if (weights === null) lines.set(scores, { labels, line });
  return line;
}

/**
 * What must be added to all log odds for the mean score to be the share of class 1, their factor being 1: calibration in
 * the large, above 0 where scores are too low (Van Calster and others, BMC Medicine 17, 2019). Undefined where a class has no rows.
 */
export const calibrationIntercept: PrepareMetric = ({ labels, scores }) => {
  const odds = scores.map(logOdds);
  return fitted(labels, odds, (weights) => {
    const intercept = fitIntercept({ labels, odds, weights });
    return intercept === null ? null : { value: intercept, intercept, slope: 1, ofSlope: false };
  });
};

interface Fit {
  readonly value: number;
  readonly intercept: number;
  readonly slope: number;
  readonly ofSlope: boolean;
}

function fitted(
  labels: Float64Array,
  odds: Float64Array,
  fitUnder: (weights: Float64Array | null) => Fit | null,
): RankMetric {
  return {
    kind: 'ranks',
    ofEachClass: true,
    measure: (weights) => finite(fitUnder(weights)?.value ?? Number.NaN),
    influences: (weights) => {
      const { intercept, slope, ofSlope } = fitUnder(weights)!;
      const { information, centre, spread } = sumRows({ labels, odds, weights }, intercept, slope);
      return labels.map((label, row) => {
        const weight = weights ? weights[row]! : 1;
        const residual = weight * (label - logistic(intercept + slope * odds[row]!));
        return ofSlope ? (residual * (odds[row]! - centre)) / spread : residual / information;
      });
    },
  };
}

/**
 * What each row adds to the derivative of the likelihood by a slope, or an intercept, at a limit of it; their weighted
 * mean is 0 at the estimate and falls as the limit rises. `deviation`: the standard error of the estimate.
 */
export function scoresOfLine(
  ofSlope: boolean,
  { labels, scores }: ScoredRows,
  weights: Float64Array | null,
  estimate: number,
) {
  const odds = scores.map(logOdds);
  const rows = { labels, odds, weights };
  let last = { intercept: 0, slope: estimate, centre: 0 };
  const interceptAt = (slope: number): number => {
    // Limits are asked near each other: the best intercept falls by the centre of the odds for each unit of the slope.
    return fitIntercept(rows, slope, last.intercept - last.centre * (slope - last.slope)) ?? 0;
  };
  const lineAt = (limit: number): readonly [intercept: number, slope: number] =>
    ofSlope ? [interceptAt(limit), limit] : [limit, 1];
  const sumsAt = (limit: number) => {
    const [intercept, slope] = lineAt(limit);
    const sums = sumRows(rows, intercept, slope);
    last = { intercept, slope, centre: sums.centre };
    return { ...last, ...sums };
  };
  const { information, spread } = sumsAt(estimate);
  return {
    deviation: 1 / Math.sqrt(ofSlope ? spread : information),
    /** What a row would add if it were of that class: one that is certain has never been wrong, and could be. */
    scoreIfAt: (limit: number) => {
      const { intercept, slope, centre } = sumsAt(limit);
      const chances = odds.map((value) => logistic(intercept + slope * value));
      return (row: number, label: number): number => {
        const residual = label - chances[row]!;
        return ofSlope ? residual * (odds[row]! - centre) : residual;
      };
    },
  };
}
