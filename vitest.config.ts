import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: tests set the umask and change directories, which threads cannot.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Concurrent tests mostly wait for child processes; two of them keep two cores busy.
    maxConcurrency: 2,
  },
});
