import { defineConfig } from 'vitest/config';

const engine = process.env['DIBS_TEST_ENGINE'] !== 'off';
if (!engine)
  process.stdout.write('DIBS_TEST_ENGINE=off: the suites on a real Docker engine are left out.\n');

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/{unit,contract,store,adapters,e2e}/**/*.test.ts', 'test/*.test.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      ...(engine
        ? [
            {
              test: {
                name: 'engine',
                include: ['test/engine/**/*.test.ts'],
                globalSetup: ['test/support/postgres-server.ts'],
                testTimeout: 300_000,
                hookTimeout: 600_000,
                maxWorkers: 1,
                fileParallelism: false,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
    ],
  },
});
