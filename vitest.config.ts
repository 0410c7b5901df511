import { defineConfig } from 'vitest/config';

/**
 * Projects run one after another (`groupOrder`), and those that start processes one file at a time: what they watch
 * needs the machine to itself.
 */
const serial = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } as const;
const order = (groupOrder: number) => ({ sequence: { groupOrder } });

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/replay/**/*.test.ts'],
          isolate: false,
          ...order(0),
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...order(1),
        },
      },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...serial, ...order(2) } },
      {
        test: {
          name: 'fault',
          include: ['test/fault/**/*.test.ts'],
          ...serial,
          ...order(3),
          testTimeout: 600_000,
        },
      },
    ],
  },
});
