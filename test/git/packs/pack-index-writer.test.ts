import { createHash } from 'node:crypto';
import fs from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { ObjectTable } from '../../../src/git/packs/object-table.js';
import { PackIndex } from '../../../src/git/packs/pack-index.js';
import { writePackIndex } from '../../../src/git/packs/pack-index-writer.js';
import { runProcess, tempDir } from '../../harness/index.js';

const LARGE = 1000;

/** Ids that share two, six or more of their first bytes, as real ones hardly ever do, and that are many in one run. */
const oid = fc
  .tuple(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.constantFrom('\0\0\0\0', 'abcd', '\xff\xff\xff\xff'), fc.nat({ max: 200 }))
  .map(([first, middle, last]) => `${String.fromCharCode(first, first)}${middle}${'-'.repeat(13)}${String.fromCharCode(last)}` as Oid);

test('an index holds all objects in the order of their ids, whatever these are; Git reads it', async () => {
  const dir = tempDir();
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(oid, { maxLength: 400 }), async (oids) => {
      const table = new ObjectTable();
      for (const [index, each] of oids.entries()) table.set(table.insert(each), index * 7, index * 2_654_435_761 % 2 ** 32);
      const path = `${dir}/pack.idx`;
      fs.rmSync(path, { force: true });
      writePackIndex(path, table, createHash('sha1').digest(), LARGE);
      const index = new PackIndex(path);
      for (const [at, each] of oids.entries()) expect(index.offsetOf(each)).toBe(at * 7);
      index.close();
      const listed = (await runProcess('git', ['show-index'], { input: fs.readFileSync(path) })).stdout.toString().trim();
      const expected = [...oids.entries()]
        .sort(([, a], [, b]) => (a < b ? -1 : 1))
        .map(
          ([at, each]) =>
            `${at * 7} ${Buffer.from(each, 'latin1').toString('hex')} (${((at * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')})`,
        );
      expect(listed).toBe(expected.join('\n'));
    }),
    { numRuns: 60 },
  );
});
