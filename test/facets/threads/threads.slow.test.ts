import fc from 'fast-check';
import { test, vi } from 'vitest';
import { sequences } from '../../model/operations.js';
import { ThreadedWorld } from './threaded-world.js';

// Nobody is to be excluded here, and each lock would start two programs. Locks have tests of their own.
vi.mock('../../../src/shadow/lock/lock.js', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  acquireLock: () => Promise.resolve({ release: () => undefined }),
}));

const SEED = process.env['GIT_FSO_MODEL_SEED'];

test('one thread and several record the same, tell the same and remember the same', async () => {
  const property = fc.asyncProperty(sequences, fc.constantFrom(2, 3), async ({ names, operations }, threads) => {
    const world = new ThreadedWorld(names);
    try {
      await world.init([1, threads]);
      for (const operation of operations) await world.perform(operation);
      await world.stat({ summaries: 'all' });
      await world.stat();
      world.requireTidy();
    } finally {
      world.remove();
    }
  });
  await fc.assert(property, { numRuns: 20, ...(SEED !== undefined && { seed: Number(SEED) }) });
}, 600_000);
