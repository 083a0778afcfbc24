import fc from 'fast-check';
import { vi } from 'vitest';
import { sequences } from './operations.js';
import { ModelWorld } from './world.js';

// One process has nobody to exclude, and each lock would start two programs. Locks have tests of their own.
vi.mock('../../src/shadow/lock/lock.js', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  acquireLock: () => Promise.resolve({ release: () => undefined }),
}));

const SEED = process.env['GIT_FSO_MODEL_SEED'];

/** Tries sequences of operations; throws with the shortest one that leads to other records than the rules say. */
export async function trySequences(count: number): Promise<void> {
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
    { numRuns: count, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
}
