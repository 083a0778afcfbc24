import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { decodeTree, encodeTree, findInTree } from '../../../src/git/trees/tree-codec.js';

const ID = 20;
const name = fc.constantFrom('a', 'b', 'x a', '100644 a', '\xff', '.', 'aa', ' a');
/** Ids that look like entries. */
const oid = fc
  .constantFrom('0', ' a\0', '\x00100644 a\0', '100644 b\0')
  .map((text) => text.padEnd(ID, '\0').slice(0, ID) as Oid);
const entry = fc.record({ mode: fc.constantFrom(0o100644, 0o40000, 0o120000), name, oid });

test('finds what is there, and nothing in ids or at the ends of other names', () => {
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: (each) => each.name, maxLength: 6 }), name, (entries: readonly TreeEntry[], wanted) => {
      const body = encodeTree(entries);
      expect(findInTree(body, wanted)).toEqual(decodeTree(body).find((each) => each.name === wanted) ?? null);
    }),
  );
});

test('a tree that is cut short is an error, if what is asked about may be in what is left', () => {
  const body = encodeTree([{ mode: 0o100644, name: 'a', oid: '1'.repeat(ID) as Oid }]);
  expect(() => findInTree(body.subarray(0, -1), 'a')).toThrow('malformed');
  expect(findInTree(body.subarray(0, -1), 'b')).toBeNull();
});
