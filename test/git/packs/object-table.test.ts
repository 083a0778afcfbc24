import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { ObjectTable } from '../../../src/git/packs/object-table.js';

/** Ids of which many share the bits by which they are looked up. */
const oid = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 30_000 }))
  .map(([first, shift, number]) => {
    const bytes = Buffer.alloc(20, first);
    bytes.writeUInt32BE(number, shift === 0 ? 0 : 16);
    return bytes.toString('latin1') as Oid;
  });

test('a table knows every id that was inserted, and only these, however much it grows', () => {
  fc.assert(fc.property(fc.array(oid, { minLength: 100, maxLength: 20_000, size: 'max' }), (ids) => {
    const table = new ObjectTable();
    const known: Oid[] = [];
    const index = new Map<Oid, number>();
    for (const id of ids) {
      const isNew = !index.has(id);
      if (table.has(id) === isNew) throw new Error(`${isNew ? 'is' : 'is not'} in the table before it is inserted`);
      const got = table.insert(id);
      if (got !== (isNew ? known.length : -1)) throw new Error(`index ${got}`);
      if (!isNew) continue;
      index.set(id, known.length);
      known.push(id);
      table.set(got, got * 2 ** 33, got);
    }
    expect(table.size).toBe(known.length);
    table.seal();
    const copy = Buffer.alloc(20);
    for (const [at, id] of known.entries()) {
      table.copyOid(at, copy, 0);
      if (copy.toString('latin1') !== id || table.offsetOf(at) !== at * 2 ** 33 || table.crcOf(at) !== at)
        throw new Error(`facts of ${at}`);
    }
  }), { numRuns: 8 });
});
