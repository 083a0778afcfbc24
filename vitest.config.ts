import { defineConfig } from 'vitest/config';

const SLOW = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    // `npm test` runs the quick tests, `npm run test:slow` the others, `npm run test:all` both.
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [SLOW] } },
      { extends: true, test: { name: 'slow', include: [SLOW] } },
    ],
    reporters: ['default', './test/setup/skip-reporter.ts'],
    // Processes, not threads: tests set the umask and change directories, which threads cannot.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // vitest would leave one of two cores idle.
    maxWorkers: 2,
    // Concurrent tests mostly wait for child processes; two of them keep two cores busy.
    maxConcurrency: 2,
  },
});
