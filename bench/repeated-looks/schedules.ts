import { lookAgain } from '../../shared/gates/spend-error.ts';

interface Schedule {
  readonly name: string;
  /** Share of the error of a life that the look of this number may spend. */
  readonly shareAt: (look: number) => number;
}

/** Sum of 1/k^1.6 over all k. */
const zetaOf16 = 2.285766;

/** Ways to spend one error over any number of looks, and one for a number that is known. */
export const schedules: readonly Schedule[] = [
  { name: 'ratchet, 1/(2k(k-1))', shareAt: (look) => lookAgain(look, undefined).share },
  { name: 'halving, 2^-k', shareAt: (look) => 2 ** -look },
  { name: 'inverse square, 6/(pi^2 k^2)', shareAt: (look) => 6 / (Math.PI * look) ** 2 },
  { name: 'slow, k^-1.6/2.286', shareAt: (look) => look ** -1.6 / zetaOf16 },
  { name: 'equal, looks: 100', shareAt: (look) => lookAgain(look, 100).share },
];
