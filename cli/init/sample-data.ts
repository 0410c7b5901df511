/** Data to try a first model with, the same at every call: customers of a telephone company, month by month. */
import type { Task } from '../../shared/config/metric-catalog.ts';

/** What the sample data has to be predicted, by task. */
export const sampleTarget: Readonly<Record<Task, string>> = {
  binary: 'left',
  regression: 'spend',
  multiclass: 'tariff',
};

const months = ['2026-01', '2026-02', '2026-03', '2026-04'];
const rowsAMonth = 600;

/** Files by name, each with a header line. */
export function makeSampleData(task: Task): ReadonlyMap<string, string> {
  const chance = mulberry32(7);
  const within = (from: number, to: number) => from + Math.floor(chance() * (to - from + 1));
  return new Map(
    months.map((month) => {
      const rows = Array.from({ length: rowsAMonth }, (_, number) => {
        const [age, calls, price] = [within(1, 60), within(0, 9), within(10, 60)];
        const score = 0.9 * calls + 0.08 * price - 0.12 * age - 2;
        return [`${month}-${number}`, age, calls, price, targetOf(task, score, chance)].join(',');
      });
      return [`${month}.csv`, [`id,months,calls,price,${sampleTarget[task]}`, ...rows, ''].join('\n')];
    }),
  );
}

function targetOf(task: Task, score: number, chance: () => number): string | number {
  const noise = chance() + chance() + chance() - 1.5;
  if (task === 'regression') return (40 + 6 * score + 10 * noise).toFixed(2);
  if (task === 'binary') return chance() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  const level = score + 2 * noise;
  return level < -1 ? 'basic' : level < 2 ? 'plus' : 'premium';
}

/** Numbers from 0 up to 1, the same for the same seed. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
