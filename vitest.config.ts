import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import ByTurns from './test/by-turns.ts';

/** One seed for a run: printed at its start, so that what fails by chance can be looked at. */
process.env['RATCHET_SEED'] ??= String(randomInt(2 ** 31));
/** Every service a test starts has a folder of its own, and would compile the same modules anew. */
process.env['NODE_COMPILE_CACHE'] ??= resolve('node_modules/.cache/compile');
/** Colours everywhere, as a terminal has them: what is laid out or searched must allow for their codes. What sets NO_COLOR has none. */
process.env['CI'] ??= 'true';
const seeded = { setupFiles: ['test/seed.ts'] };

/** Two files at a time, and three of those that start processes, on two cores too: these often wait for them. */
const twoAtATime = { maxWorkers: 2 };
const threeAtATime = { maxWorkers: 3 };
/** What takes long on a machine with other work has found nothing wrong. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Projects run one after another, those that find most in the least time first; the last two side by side. */
const order = (groupOrder: number) => ({ sequence: { groupOrder } });

export default defineConfig({
  test: {
    globalSetup: ['test/print-seed.ts'],
    sequence: { sequencer: ByTurns },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/replay/**/*.test.ts'],
          isolate: false,
          ...patient,
          ...twoAtATime,
          ...seeded,
          ...order(0),
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          ...patient,
          ...threeAtATime,
          ...seeded,
          ...order(1),
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...seeded,
          ...patient,
          ...threeAtATime,
          ...order(2),
        },
      },
      {
        test: {
          name: 'fault',
          include: ['test/fault/**/*.test.ts'],
          ...seeded,
          ...patient,
          ...threeAtATime,
          ...order(2),
          testTimeout: 600_000,
          // What goes side by side there mostly waits.
          maxConcurrency: 8,
        },
      },
    ],
  },
});
