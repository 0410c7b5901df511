/**
 * The standard normal distribution.
 *
 * `normalCdf`: Hart's rational approximation (1968) as West tabulates it, "Better approximations to cumulative
 * normal functions", Wilmott (2005): absolute error under 1e-14. `normalQuantile`: Acklam's approximation (2003),
 * relative error 1e-9, carried to full precision by one step of Halley's method.
 */
const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

const numerator = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const denominator = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];

export function normalCdf(x: number): number {
  const size = Math.abs(x);
  const upper = size > 37 ? 0 : Math.exp((-size * size) / 2) * tailShape(size);
  return x > 0 ? 1 - upper : upper;
}

function tailShape(size: number): number {
  if (size < 7.07106781186547) return horner(numerator, size) / horner(denominator, size);
  const fraction = size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))));
  return 1 / fraction / Math.sqrt(2 * Math.PI);
}

const central = {
  above: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  below: [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
  ],
};
const tail = {
  above: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  below: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};

/** The x with `normalCdf(x) = probability`; infinite at 0 and 1. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  if (probability === 0 || probability === 1) return probability === 0 ? -Infinity : Infinity;
  // From the lower tail: near 1 a double has no digits left to tell probabilities apart.
  if (probability > 0.5) return -normalQuantile(1 - probability);
  const x = approximateQuantile(probability);
  const error = (normalCdf(x) - probability) * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
  return x - error / (1 + (x * error) / 2);
}

function approximateQuantile(probability: number): number {
  if (probability < 0.02425) {
    const root = Math.sqrt(-2 * Math.log(probability));
    return horner(tail.above, root) / horner(tail.below, root);
  }
  const distance = probability - 0.5;
  const square = distance * distance;
  return (horner(central.above, square) * distance) / horner(central.below, square);
}
