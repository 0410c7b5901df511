import { incompleteBeta } from './beta.ts';
import { normalCdf } from './normal.ts';

/** More degrees of freedom than this are those of the normal distribution, to 1 in a million of a probability. */
const manyDegrees = 1e7;

/** Student's t distribution (Biometrika 6, 1908); the degrees of freedom need not be whole. DLMF 8.17. */
export function studentCdf(t: number, degrees: number): number {
  if (!(degrees < manyDegrees)) return normalCdf(t);
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}
