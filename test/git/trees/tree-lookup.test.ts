import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { compareEntryNames, encodeTree, FileMode } from '../../../src/git/trees/tree-codec.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { TreeLookup } from '../../../src/git/trees/tree-lookup.js';

// Names that begin with one another, with bytes around the slash behind which Git sorts a directory.
const name = fc.array(fc.constantFrom('a', 'b', '-', '.', '0', '\xff'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const entries = fc
  .uniqueArray(fc.record({ name, mode: fc.constantFrom(FileMode.file, FileMode.directory) }), {
    selector: (entry) => entry.name,
    maxLength: 12,
  })
  .map((list) => list.map((entry, index): TreeEntry => ({ ...entry, oid: String.fromCharCode(index).repeat(20) as Oid })))
  .map((list) => list.sort((a, b) => compareEntryNames(a.name, a.mode === FileMode.directory, b.name, b.mode === FileMode.directory)));
const question = fc.record({ op: fc.constantFrom('get', 'delete', 'get and delete'), name });

test('a lookup answers like a map, whatever it is asked in whatever order', () => {
  fc.assert(
    fc.property(entries, fc.array(question, { maxLength: 20 }), fc.boolean(), (list, questions, inOrder) => {
      const lookup = new TreeLookup(encodeTree(list));
      const map = new Map(list.map((entry) => [entry.name, entry]));
      const asked = inOrder ? [...questions].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))) : questions;
      for (const { op, name: each } of asked) {
        if (op !== 'delete') expect(lookup.get(each)).toEqual(map.get(each));
        if (op === 'get') continue;
        lookup.delete(each);
        map.delete(each);
      }
      expect(new Map(lookup.remaining())).toEqual(map);
    }),
    { numRuns: 2000 },
  );
});

test('a tree that is cut short is an error, at once or where it is met', () => {
  const body = encodeTree([
    { name: 'a', mode: FileMode.file, oid: '\x01'.repeat(20) as Oid },
    { name: 'b', mode: FileMode.file, oid: '\x02'.repeat(20) as Oid },
  ]);
  expect(() => new TreeLookup(body.subarray(0, 10))).toThrow(/malformed at byte 0/);
  expect(() => new TreeLookup(body.subarray(0, -1)).remaining()).toThrow(/malformed at byte 29/);
});
