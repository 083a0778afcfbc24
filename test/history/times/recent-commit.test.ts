import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { readRef } from '../../../src/git/refs/refs.js';
import { recentTree } from '../../../src/history/times/recent-commit.js';
import { commitAt } from '../../../src/history/times/state-at.js';
import { RecordedRepository } from '../recorded-tree.js';

test('a recent state is that of the whole history, also where the clock ran back a little', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }), (times) => {
      const repository = new RecordedRepository();
      for (const [index, time] of times.entries()) repository.record('master-stat', { file: `${index}` }, 1000 + time);
      const reader = ObjectReader.open(repository.gitDir);
      const tip = readRef(repository.gitDir, 'refs/heads/master-stat') ?? expect.unreachable();
      for (let seconds = 999; seconds < 1007; seconds += 1) {
        const commit = commitAt(repository.gitDir, reader, tip, seconds);
        const expected = commit === null ? null : reader.readCommit(commit).tree;
        expect(recentTree(repository.gitDir, reader, tip, seconds)).toBe(expected);
      }
      reader.close();
    }),
    { numRuns: 10 },
  );
});
