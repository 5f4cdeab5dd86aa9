import { defineConfig } from 'vitest/config';

// On a shared CI machine a real process may be starved for seconds. A test that needed its second try is
// named in the output; it is a defect to be looked at, not a pass to be proud of. At home there is none.
const retry = process.env['CI'] ? 1 : 0;

const integration = { include: ['test/**/*.test.ts'], testTimeout: 180_000, retry, hookTimeout: 120_000 };
const patient = ['test/recorder/**/*.test.ts', 'test/cli/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/cameras/**/*.test.ts'];

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
      // Files that count on a machine of their own: packets by the hundred thousand, limits of milliseconds. One after the other.
      { test: { ...integration, name: 'integration', exclude: ['test/browser/**', ...patient], fileParallelism: false, sequence: { groupOrder: 1 } } },
      // Files that mostly wait, for time-outs and for processes to come up: two side by side.
      { test: { ...integration, name: 'integration-patient', include: patient, maxWorkers: 2, sequence: { groupOrder: 2 } } },
    ],
  },
});
