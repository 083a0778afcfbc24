import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oidToHex } from '../../../src/git/objects/object-id.js';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { gitTreeChanges } from '../../../src/history/changes/git-tree-changes.js';
import type { TreeChange } from '../../../src/history/changes/tree-changes.js';
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

test('Git finds the same, of a path, of an empty tree, and of what is left out', async () => {
  const repository = new RecordedRepository();
  const trees = fc.sample(tree, { seed: 1, numRuns: 80 });
  const all = (from: number): RecordedEntries =>
    Object.fromEntries(trees.flatMap((one, index) => Object.entries(trees[(index + from * (index % 3)) % trees.length] ?? one)
      .map(([at, text]) => [`${index % 5 === 0 ? '.nogbundles/' : ''}d${index}/${at}`, text])));
  const [before, after] = [repository.record('one', all(0)), repository.record('other', all(1))];
  const told = async (one: Oid | null, other: Oid | null, at = '', isWanted = (_at: string): boolean => true): Promise<TreeChange[]> => {
    const found: TreeChange[] = [];
    for await (const some of gitTreeChanges(repository.gitDir, one, other, at, isWanted)) found.push(...some);
    return found;
  };
  const reader = ObjectReader.open(repository.gitDir);
  try {
    const own = [...treeChanges(reader, before, after)];
    expect(own.length).toBeGreaterThan(100);
    expect(await told(before, after)).toEqual(own);
    expect(await told(null, after)).toEqual([...treeChanges(reader, null, after)]);
    expect(await told(before, null, 'top')).toEqual([...treeChanges(reader, before, null, 'top')]);
    const isWanted = (at: string): boolean => !/^d1(\/|$)/.test(at);
    expect(await told(before, after, '', isWanted)).toEqual([...treeChanges(reader, before, after, '', isWanted)]);
  } finally {
    reader.close();
  }
});
