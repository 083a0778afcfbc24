import { defineConfig } from 'vitest/config';

/** `npm run fuzz`: the tests of this folder alone, with many more inputs than `npm test` has time for. */
export default defineConfig({
  test: {
    include: ['test/fuzz/*.test.ts'],
    pool: 'forks',
    testTimeout: 3_600_000,
    env: { FSO_FUZZ_RUNS: process.env['FSO_FUZZ_RUNS'] ?? '100000' },
  },
});
