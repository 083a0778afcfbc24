import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oidToHex } from '../../../src/git/objects/object-id.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { treeChanges } from '../../../src/history/changes/tree-changes.js';
import { gitBuffer } from '../../harness/index.js';
import type { RecordedEntries } from '../recorded-tree.js';
import { RecordedRepository } from '../recorded-tree.js';

const name = fc.constantFrom('a', 'a.b', 'a-', 'b', 'b\xff', 'c d', '\xe4');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const entry = fc.oneof(fc.constantFrom('x', 'y'), fc.constantFrom('t', 'u').map((symlink) => ({ symlink })));

/** Without paths below those of files. */
const tree = fc.uniqueArray(fc.tuple(path, entry), { selector: ([at]) => at, maxLength: 12 }).map((entries): RecordedEntries => {
  const files = entries.filter(([at]) => !entries.some(([other]) => other.startsWith(`${at}/`)));
  return Object.fromEntries(files);
});

const side = (one: TreeEntry | null): string =>
  one === null ? `000000 ${'0'.repeat(40)}` : `${one.mode.toString(8).padStart(6, '0')} ${oidToHex(one.oid)}`;

test('says what git diff-tree says, in its order', () => {
  const repository = new RecordedRepository();
  fc.assert(
    fc.property(tree, tree, (one, other) => {
      const [before, after] = [repository.record('one', one), repository.record('other', other)];
      const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', oidToHex(before), oidToHex(after)];
      const expected = gitBuffer(args, repository.dir).toString('latin1').split('\0').slice(0, -1);
      const changes = repository.reading((reader) => [...treeChanges(reader, before, after)]);
      const said = changes.flatMap(({ path: at, before: was, after: is }) => {
        const [[mode1, id1], [mode2, id2]] = [side(was).split(' '), side(is).split(' ')];
        const letter = was === null ? 'A' : is === null ? 'D' : (was.mode === is.mode ? 'M' : 'T');
        return [`:${mode1} ${mode2} ${id1} ${id2} ${letter}`, at];
      });
      expect(said).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});

test('what configures the shadow repo is no change, and directories that are not wanted are not entered', () => {
  const repository = new RecordedRepository();
  const before = repository.record('s', { '.gitignore': 'a', '.nogtree': '1', 'd/.nogtree': '1', 'd/e/f': 'x', 'g/h': 'x' });
  const after = repository.record('s', { '.gitignore': 'b', '.nogtree': '2', 'd/.nogtree': '2', 'd/e/f': 'y', 'g/h': 'y' });
  repository.reading((reader) => {
    expect([...treeChanges(reader, before, after)].map(({ path: at }) => at)).toEqual(['.nogtree', 'd/.nogtree', 'd/e/f', 'g/h']);
    expect([...treeChanges(reader, before, after, 'top', (at) => at !== 'top/d/e')].map(({ path: at }) => at)).toEqual([
      'top/.nogtree',
      'top/d/.nogtree',
      'top/g/h',
    ]);
    expect([...treeChanges(reader, null, after)].every(({ before: was }) => was === null)).toBe(true);
  });
});
