import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { compareEntryNames, encodeTree, FileMode } from '../../../src/git/trees/tree-codec.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { TreeIndex } from '../../../src/git/trees/tree-index.js';

// Names that begin with one another, with bytes around the slash behind which Git sorts a directory.
const name = fc.array(fc.constantFrom('a', 'b', '-', '.', '0', '\xff'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const entries = fc
  .uniqueArray(fc.record({ name, mode: fc.constantFrom(FileMode.file, FileMode.directory) }), { selector: (entry) => entry.name })
  .map((list) => list.map((entry, index): TreeEntry => ({ ...entry, oid: String.fromCharCode(index).repeat(20) as Oid })))
  .map((list) => list.sort((a, b) => compareEntryNames(a.name, a.mode === FileMode.directory, b.name, b.mode === FileMode.directory)));

test('an index finds files and directories like a map', () => {
  fc.assert(
    fc.property(entries, fc.array(name), (list, names) => {
      const index = new TreeIndex(encodeTree(list));
      const map = new Map(list.map((entry) => [entry.name, entry]));
      for (const each of [...map.keys(), ...names]) expect(index.find(each)).toEqual(map.get(each) ?? null);
    }),
    { numRuns: 1000 },
  );
});

test('a tree that is cut short is an error', () => {
  const body = encodeTree([{ name: 'a', mode: FileMode.file, oid: '\x01'.repeat(20) as Oid }]);
  for (let length = 1; length < body.length; length += 1) expect(() => new TreeIndex(body.subarray(0, length))).toThrow('malformed');
});
