import { defineConfig } from 'vitest/config';

/** Process-starting projects run one file at a time: they share two cores, and a kill must hit an idle machine's timing, not a crowded one's. */
const serial = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/replay/**/*.test.ts'], isolate: false } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...serial } },
      { test: { name: 'fault', include: ['test/fault/**/*.test.ts'], ...serial, testTimeout: 600_000 } },
    ],
  },
});
