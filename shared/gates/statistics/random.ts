/**
 * Chance that can be repeated: the same seed text gives the same numbers on every machine, for ever.
 *
 * The generator is xoshiro128** 1.1 (Blackman and Vigna, ACM Transactions on Mathematical Software 47, 2021); its
 * state is the first 128 bits of the SHA-256 of the seed text (UTF-8, big-endian words).
 */
import { createHash } from 'node:crypto';
import { logGamma } from './beta.ts';

export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  readonly word: () => number;
  /** A whole number from 0 to below - 1. Uneven by at most below / 2^32. */
  readonly index: (below: number) => number;
  /** A number in [0, 1) with 53 random bits. */
  readonly unit: () => number;
}

export function seedRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed, 'utf8').digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readInt32BE(at)) as [number, number, number, number];
  const word = (): number => {
    const spread = Math.imul(b, 5);
    const result = Math.imul((spread << 7) | (spread >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return {
    word,
    index: (below) => Math.floor((word() / 2 ** 32) * below),
    unit: () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53,
  };
}

/** How many of `trials` succeed, each with the given probability. Exact, and as fast for a million as for ten. */
export function drawBinomial(random: Random, trials: number, probability: number): number {
  if (trials <= 0 || probability <= 0) return 0;
  if (probability >= 1) return trials;
  if (probability > 0.5) return trials - drawBinomial(random, trials, 1 - probability);
  return trials * probability < 10
    ? drawByInversion(random, trials, probability)
    : drawByRejection(random, trials, probability);
}

function drawByInversion(random: Random, trials: number, probability: number): number {
  const odds = probability / (1 - probability);
  let chance = Math.exp(trials * Math.log1p(-probability));
  let rest = random.unit();
  for (let count = 0; count < trials; count++) {
    if (rest < chance) return count;
    rest -= chance;
    chance *= (odds * (trials - count)) / (count + 1);
  }
  return trials;
}

/** The transformed rejection BTRS of Hörmann, Journal of Statistical Computation and Simulation 46 (1993). */
function drawByRejection(random: Random, trials: number, probability: number): number {
  const spread = Math.sqrt(trials * probability * (1 - probability));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const centre = trials * probability + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const logOdds = Math.log(probability / (1 - probability));
  const mode = Math.floor((trials + 1) * probability);
  const atMode = logGamma(mode + 1) + logGamma(trials - mode + 1);
  for (;;) {
    const u = random.unit() - 0.5;
    const v = random.unit();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + centre);
    if (edge >= 0.07 && v <= squeeze) return count;
    if (count < 0 || count > trials) continue;
    const height = Math.log((v * alpha) / (a / (edge * edge) + b));
    const density = atMode - logGamma(count + 1) - logGamma(trials - count + 1) + (count - mode) * logOdds;
    if (height <= density) return count;
  }
}
