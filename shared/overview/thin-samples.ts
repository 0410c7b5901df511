/**
 * Leaves out samples of a dense strip where nobody would see them. Pure.
 *
 * The stretch is cut into equal parts of time. Of each part stay the lowest and the highest sample, and every one with another
 * verdict than `fine`; the first and the last of all stay, too. So no extreme, breach or recovery is ever left out, and what
 * is left has the shape of the whole.
 */
import type { CheckRow } from '../domain/check.ts';

type Sample = Pick<CheckRow, 'at' | 'verdict'> & { readonly value: number };

/** The samples are the earliest first; `points` is about how many `fine` ones stay at most. */
export function thinSamples<S extends Sample>(samples: readonly S[], points: number): readonly S[] {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || samples.length <= points) return samples;
  const parts = Math.max(1, Math.floor(points / 2) - 1);
  const fromMs = Date.parse(first.at);
  const partMs = (Date.parse(last.at) - fromMs) / parts || 1;
  const extremes = new Map<number, { lowest: S; highest: S }>();
  for (const sample of samples) {
    const part = Math.min(parts - 1, Math.floor((Date.parse(sample.at) - fromMs) / partMs));
    const known = extremes.get(part);
    if (!known) extremes.set(part, { lowest: sample, highest: sample });
    else if (sample.value < known.lowest.value) known.lowest = sample;
    else if (sample.value > known.highest.value) known.highest = sample;
  }
  const kept = new Set<S>([first, last]);
  for (const { lowest, highest } of extremes.values()) kept.add(lowest).add(highest);
  return samples.filter((sample) => sample.verdict !== 'fine' || kept.has(sample));
}
