/**
 * A forecast of what a new version saves, in the manner of UPF (Regol and others, ICML 2025): fitted on the losses of the tuning part, where
 * every version was trained, and asked for a quantile. A ridge regression stands for their forecaster.
 */
import { type Labelled, type Rule, ruleOf, tuningLength, type World } from './rule.ts';
import { solveLinear } from './solve-linear.ts';

/** Windows that a run is expected to serve. */
const horizon = 10;
/** Versions from so many windows before the play on are learnt from. */
const reach = 10;
const size = 4;

interface Forecast {
  readonly weights: Float64Array;
  readonly deviation: number;
}

/** The newest error of a version, by how much it is worse than its first, and its age. */
const featuresOf = (error: number, first: number, age: number): readonly number[] => [
  1,
  error,
  error - first,
  age / 30,
];
const dot = (weights: Float64Array, x: readonly number[]): number =>
  x.reduce((sum, value, at) => sum + value * weights[at]!, 0);

export function fitForecast({ matrix, offset, delay }: World): Forecast {
  const last = offset + tuningLength - 1 - delay;
  const samples: { readonly x: readonly number[]; readonly y: number }[] = [];
  for (let now = offset - reach + 1; now + delay + 1 + horizon <= last; now++) {
    for (let version = offset - reach; version < now; version++) {
      const first = matrix.errorOf(version, version + 1);
      const x = featuresOf(matrix.errorOf(version, now), first, now - version);
      let y = 0;
      for (let ahead = 2; ahead < horizon + 2; ahead++) {
        const window = now + delay + ahead;
        y += (matrix.errorOf(version, window) - matrix.errorOf(now, window)) / horizon;
      }
      samples.push({ x, y });
    }
  }
  const [square, right] = [new Float64Array(size * size), new Float64Array(size)];
  for (let at = 0; at < size; at++) square[at * size + at] = at === 0 ? 1e-6 : 0.1;
  for (const { x, y } of samples) {
    for (let a = 0; a < size; a++) {
      right[a]! += x[a]! * y;
      for (let b = 0; b < size; b++) square[a * size + b]! += x[a]! * x[b]!;
    }
  }
  const weights = solveLinear(square, right);
  const rest = samples.reduce((sum, { x, y }) => sum + (y - dot(weights, x)) ** 2, 0);
  return { weights, deviation: Math.sqrt(rest / Math.max(1, samples.length - size)) };
}

/** Asks where so many deviations from what is expected the saving over the horizon is still more than `least` windows full of errors. */
export function upfLikeRule({ offset }: World, forecast: Forecast, deviations: number, least: number): Rule {
  let [version, first, newest]: [number, Labelled | null, Labelled | null] = [-1, null, null];
  return {
    ...ruleOf('metric', () => {
      if (!first || !newest) return false;
      const [error, atFirst] = [newest.wrong / newest.rows, first.wrong / first.rows];
      const x = featuresOf(error, atFirst, offset + newest.window - version);
      return horizon * (dot(forecast.weights, x) + deviations * forecast.deviation) > least;
    }),
    see: (labelled) => {
      if (labelled.version !== version) return;
      first ??= labelled;
      newest = labelled;
    },
    crowned: (now) => {
      [version, first, newest] = [now, null, null];
    },
  };
}
