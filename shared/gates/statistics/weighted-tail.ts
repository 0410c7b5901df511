import { normalCdf } from './normal.ts';

/**
 * The chance that a sum of values, each times its own exponentially distributed weight (mean 1), is 0 or more.
 *
 * These weights are those of the Bayesian bootstrap (Rubin, Annals of Statistics 9, 1981), so it is the chance that the
 * mean under them is. By the saddlepoint approximation of Lugannani and Rice (Advances in Applied Probability 12, 1980)
 * in the form of Barndorff-Nielsen (1986), whose saddlepoint equation is that of the empirical likelihood (Owen,
 * Biometrika 75, 1988). For values of two kinds the true answer is a tail of the beta distribution: of that it is
 * within 2 in 100 of itself. Takes a few passes over the values, however small the chance.
 */
export function tailOfWeightedSum(values: Float64Array, extra: number): number {
  let [least, greatest] = [extra, extra];
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (greatest <= 0) return least === 0 ? 1 : 0;
  if (least >= 0) return 1;
  const point = findSaddlepoint(values, extra, 1 / least, 1 / greatest);
  let [generating, squares, cubes] = [0, 0, 0];
  const take = (value: number): void => {
    const tilted = value / (1 - point * value);
    generating -= Math.log1p(-point * value);
    squares += tilted * tilted;
    cubes += tilted * tilted * tilted;
  };
  values.forEach(take);
  take(extra);
  const root = Math.sign(point) * Math.sqrt(Math.max(0, -2 * generating));
  const scaled = point * Math.sqrt(squares);
  // At the mean both vanish; their limit is a term of skewness.
  if (Math.abs(root) < 1e-3)
    return 0.5 - cubes / (3 * squares ** 1.5 * Math.sqrt(2 * Math.PI)) - root / Math.sqrt(2 * Math.PI);
  return normalCdf(-(root + Math.log(scaled / root) / root));
}

/** Where the derivative of the logarithm of the generating function is 0: it rises between its two poles. */
function findSaddlepoint(values: Float64Array, extra: number, low: number, high: number): number {
  let [from, to, at] = [low, high, 0];
  for (let step = 0; step < 200; step++) {
    let [slope, curve] = [0, 0];
    for (const value of values) {
      const tilted = value / (1 - at * value);
      slope += tilted;
      curve += tilted * tilted;
    }
    const tilted = extra / (1 - at * extra);
    slope += tilted;
    curve += tilted * tilted;
    if (slope > 0) to = at;
    else from = at;
    const newton = at - slope / curve;
    const next = newton > from && newton < to ? newton : (from + to) / 2;
    if (Math.abs(next - at) <= 1e-11 * Math.abs(next)) return next;
    at = next;
  }
  return at;
}
