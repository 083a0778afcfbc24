import fc from 'fast-check';
import { test, vi } from 'vitest';
import { sequences } from './operations.js';
import { ModelWorld } from './world.js';

// One process has nobody to exclude, and each lock would start two programs. Locks have tests of their own.
vi.mock('../../src/shadow/lock.js', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  acquireLock: () => Promise.resolve({ release: () => undefined }),
}));

/** How many sequences are tried; a longer run is started with GIT_FSO_MODEL_RUNS. */
const RUNS = Number(process.env['GIT_FSO_MODEL_RUNS'] ?? 200);
const SEED = process.env['GIT_FSO_MODEL_SEED'];

test(
  'stat, sha, status and apply-stub record what the rules say, after any changes, and nothing twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async ({ names, operations }) => {
        const world = new ModelWorld(names);
        try {
          await world.init();
          for (const operation of operations) await world.perform(operation);
          await world.settle();
        } finally {
          world.remove();
        }
      }),
      { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
    );
  },
  Math.max(60_000, 1000 * RUNS),
);
