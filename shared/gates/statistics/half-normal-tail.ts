import { normalCdf } from './normal.ts';

/**
 * The chance that the sum of absolute values of independent normal errors, and of one more error with its sign, is at
 * least so large: by the saddlepoint approximation of Lugannani and Rice (Advances in Applied Probability 12, 1980).
 */
export function halfNormalTail(deviations: readonly number[], signed: number, limit: number): number {
  const parts = deviations.filter((deviation) => deviation > 0);
  const [mean, spread] = derivativesAt(parts, signed, 0);
  // About half of the time or oftener: nothing hangs on how often.
  if (limit <= mean) return 1;
  if (!(spread > 0)) return 0;
  if (parts.length === 0) return normalCdf(-limit / signed);
  const point = solveFor(parts, signed, limit);
  if (Math.abs(limit - mean) < 1e-3 * Math.sqrt(spread))
    return 0.5 - (limit - mean) / Math.sqrt(2 * Math.PI * spread);
  const root = Math.sqrt(Math.max(0, 2 * (point * limit - generatingAt(parts, signed, point))));
  const scaled = point * Math.sqrt(derivativesAt(parts, signed, point)[1]);
  return normalCdf(-(root + Math.log(scaled / root) / root));
}

/** Of a half-normal error: s^2 t^2 / 2 + log(2 Phi(s t)). */
function generatingAt(parts: readonly number[], signed: number, point: number): number {
  let sum = (signed * point) ** 2 / 2;
  for (const deviation of parts) {
    sum += (deviation * point) ** 2 / 2 + Math.log(2 * normalCdf(deviation * point));
  }
  return sum;
}

function derivativesAt(parts: readonly number[], signed: number, point: number): readonly [number, number] {
  let [first, second] = [signed ** 2 * point, signed ** 2];
  for (const deviation of parts) {
    const x = deviation * point;
    const ratio = millsRatio(x);
    first += deviation * (x + ratio);
    second += deviation ** 2 * (1 - ratio * (x + ratio));
  }
  return [first, second];
}

/** phi(x) / Phi(x). */
function millsRatio(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / normalCdf(x);
}

function solveFor(parts: readonly number[], signed: number, limit: number): number {
  const scale = Math.sqrt(derivativesAt(parts, signed, 0)[1]);
  let [low, high] = [0, 1 / scale];
  while (derivativesAt(parts, signed, high)[0] < limit) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-13 * Math.abs(high); step++) {
    const middle = (low + high) / 2;
    if (derivativesAt(parts, signed, middle)[0] < limit) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
