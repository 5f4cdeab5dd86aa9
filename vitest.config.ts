import { defineConfig } from 'vitest/config';

// On a shared CI machine a real process may be starved for seconds. A test that needed its second try is
// named in the output; it is a defect to be looked at, not a pass to be proud of. At home there is none.
const retry = process.env['CI'] ? 1 : 0;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'sim/**/*.test.ts', 'web/src/**/*.test.ts'],
          testTimeout: 20_000,
          retry,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          testTimeout: 180_000,
          retry,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
