import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { oidFromHex, oidToHex } from '../../src/git/objects/object-id.js';
import { ObjectWriter } from '../../src/git/objects/object-writer.js';
import { FileMode } from '../../src/git/trees/tree-codec.js';
import type { StatRow } from '../../src/history/ls.js';
import { hasRecordsAt, listStat } from '../../src/history/ls.js';
import { FsoError } from '../../src/util/errors.js';
import { git, gitBuffer } from '../harness/index.js';
import type { RecordedEntries } from './recorded-tree.js';
import { RecordedRepository } from './recorded-tree.js';

const COMMIT = '460621bc552cb53c75ac9e86d37fccf5ced88127';
const FILE = 'name: "x"\nsize: 5\nmtime: 7\n';

let repository: RecordedRepository;

beforeAll(() => {
  repository = new RecordedRepository();
});

function list(entries: RecordedEntries, at?: string): StatRow[] {
  const tree = repository.record('master-stat', entries);
  return repository.reading((reader) => [...listStat(reader, tree, at)]);
}

function paths(entries: RecordedEntries, at?: string): string[] {
  return list(entries, at).map((row) => row.path);
}

describe('rows', () => {
  test('the toplevel has all fields of its record', () => {
    const record = 'name: "root"\nmtime: 1\ndirs: 2\nfiles: 3\nlinks: 4\nothers: 5\nsize: 6\nmtime_min: 0\nattrs: "i"\ngit_size: 8\n';
    const [row] = list({ '.nogtree': record });
    expect(row).toMatchObject({ path: '.', mode: '040000', mtime: 1, dirs: 2, files: 3, links: 4, others: 5, size: 6 });
    expect(Object.fromEntries(row?.toplevel ?? [])).toMatchObject({ mtime_min: 0, attrs: 'i', git_size: 8 });
  });

  test('a subdirectory has no size of its own, whatever its record says', () => {
    expect(list({ 'd/.nogtree': 'name: "d"\nmtime: 4\nsize: 9\ndirs: 9\n' })).toEqual([
      { path: 'd', mode: '040000', mtime: 4, hasMtime: true, size: 0,
        dirs: 0, files: 0, links: 0, others: 0, symlink: '', gitlink: '', toplevel: null },
    ]);
  });

  test('files, nogbundles, submodules, symlinks and gitlinks are told apart', () => {
    const bundle = 'mtime: 1\ndirs: 2\nfiles: 3\nlinks: 4\nothers: 5\nsize: 6\n';
    const rows = list({
      a: FILE,
      b: bundle,
      c: `${bundle}submodule: "${COMMIT}"\n`,
      d: { symlink: '\xff' },
      e: { gitlink: COMMIT },
      f: {
        mode: FileMode.executable,
        oid: repository.reading(() => oidFromHex(git(['hash-object', '-w', '--stdin'], repository.dir, { input: FILE }))),
      },
    });
    expect(rows.map(({ mode, size, dirs, symlink, gitlink }) => [mode, size, dirs, symlink, gitlink])).toEqual([
      ['100000', 5, 0, '', ''],
      ['040000', 6, 2, '', ''],
      ['160000', 6, 2, '', COMMIT],
      ['120000', 0, 0, '\xff', ''],
      ['160000', 0, 0, '', COMMIT],
      ['100000', 5, 0, '', ''],
    ]);
  });

  test('what a record does not say is 0; numbers keep all digits; YAML of people is understood', () => {
    const [empty, huge, yaml] = list({
      a: '',
      b: 'size: 9007199254740993\nmtime: -9007199254740993\n',
      c: '# by hand\n"size": 0x10\nother: [1, 2]\nmtime: 1.0e3\n',
    });
    expect(empty).toMatchObject({ mode: '100000', size: 0, mtime: 0 });
    expect(huge).toMatchObject({ size: 9007199254740993n, mtime: -9007199254740993n });
    expect(yaml).toMatchObject({ size: 16, mtime: 1000 });
  });
});

describe('the order', () => {
  test('is that of Git; configuration is left out with all that is below', () => {
    const entries = {
      '.gitx/a': FILE,
      '.nogx/a': FILE,
      '.nogtree': FILE,
      'd/.gitignore': '!',
      'd/.nogtree': FILE,
      'd/-': FILE,
      'd-': FILE,
    };
    expect(paths(entries)).toEqual(['.', 'd-', 'd/-', 'd']);
  });

  test('agrees with `git ls-tree -r` for any names', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '~', '\xff', '\n'), minLength: 1, maxLength: 3 })
      .filter((text) => text !== '.' && text !== '..');
    const tree = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')), { maxLength: 12 })
      // No path may be a file and a directory.
      .map((all) => all.filter((one) => !all.some((other) => other.startsWith(`${one}/`))));
    fc.assert(
      fc.property(tree, (files) => {
        const rows = paths(Object.fromEntries(files.map((file) => [file, FILE])));
        const listing = gitBuffer(['ls-tree', '-r', '-z', '--name-only', 'master-stat'], repository.dir).toString('latin1');
        expect(rows).toEqual(listing.split('\0').slice(0, -1));
      }),
      { numRuns: 25 },
    );
  });
});

describe('a path', () => {
  const ENTRIES = {
    '.nogtree': FILE,
    'a-': FILE,
    'a/.nogtree': FILE,
    'a/b/c': FILE,
    'a/b/.nogtree': FILE,
    'a/d': FILE,
    'aa/e': FILE,
    '.gitx/y': FILE,
  };

  test('restricts the listing to what is at and below it, under the full paths', () => {
    expect(paths(ENTRIES, 'a')).toEqual(['a', 'a/b', 'a/b/c', 'a/d']);
    expect(paths(ENTRIES, 'a/b/c')).toEqual(['a/b/c']);
    expect(paths(ENTRIES, 'a/b/.nogtree')).toEqual(['a/b']);
  });

  test('that is not recorded, or is configuration, is an error', () => {
    for (const missing of ['x', 'a/x', 'a/d/x', '.gitx', '.gitx/y']) {
      expect(() => paths(ENTRIES, missing), missing).toThrow(`${missing}: not recorded`);
      const tree = repository.record('master-stat', ENTRIES);
      expect(repository.reading((reader) => hasRecordsAt(reader, tree, missing)), missing).toBe(false);
    }
  });
});

describe('damage ends the listing with an error that names the path', () => {
  test.each([
    ['no YAML', 'a: [', /d\/x: the record is not a YAML mapping/],
    ['not a mapping', 'just text', /d\/x: the record is not a YAML mapping/],
    ['binary', '\0\x01\x02', /d\/x: the record is not a YAML mapping/],
    ['brackets that would exhaust the stack', `a: ${'['.repeat(1000)}`, /d\/x: the record is not a YAML mapping: it is nested too deep/],
    ['keys that would take for ever', '? '.repeat(1000), /d\/x: the record is not a YAML mapping: it is nested too deep/],
    ['too much', `a: "${'x'.repeat(20_000)}"\n`, /d\/x: the record is longer than 16384 bytes/],
    ['a submodule that is not hexadecimal', 'submodule: "xyz"\n', /d\/x: submodule is not hexadecimal/],
    ['half a byte', 'submodule: "abc"\n', /d\/x: submodule is not hexadecimal/],
    ['a size that is text', 'size: "5"\n', /d\/x: size is not an integer/],
    ['an mtime with a fraction', 'mtime: 1.5\n', /d\/x: mtime is not an integer/],
    ['an infinite size', 'size: .inf\n', /d\/x: size is not an integer/],
  ])('%s', (_, text, message) => {
    expect(() => list({ a: FILE, 'd/x': text })).toThrow(message);
    expect(() => list({ a: FILE, 'd/x': text })).toThrow(FsoError);
  });

  test('rows before it are delivered', () => {
    const tree = repository.record('master-stat', { a: FILE, b: 'a: [' });
    repository.reading((reader) => {
      const rows = listStat(reader, tree);
      expect(rows.next().value).toMatchObject({ path: 'a' });
      expect(() => rows.next()).toThrow(/^b: /);
    });
  });

  test('missing objects, and objects of the wrong type', () => {
    const missing = oidFromHex('0123456789012345678901234567890123456789');
    expect(() => list({ 'd/x': { mode: FileMode.file, oid: missing } })).toThrow(/^d\/x: .*01234567890.* is missing/);
    expect(() => list({ 'd/x': { mode: FileMode.directory, oid: missing } })).toThrow(/^d\/x: .*01234567890.* is missing/);
    const tree = repository.record('other', { a: FILE });
    expect(() => list({ 'd/x': { mode: FileMode.file, oid: tree } })).toThrow(/^d\/x: .*is a tree where a blob is expected/);
    const blob = repository.reading((reader) => reader.readTree(tree)[0]!.oid);
    expect(() => list({ 'd/x': { mode: FileMode.directory, oid: blob } })).toThrow(/^d\/x: .*is a blob where a tree is expected/);
  });

  test('a damaged object file', () => {
    const tree = repository.record('master-stat', { 'd/x': 'name: "damaged"\n' });
    const oid = oidToHex(repository.reading((reader) => reader.readTree(reader.readTree(tree)[0]!.oid)[0]!.oid));
    const file = path.join(repository.gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, 'garbage');
    expect(() => repository.reading((reader) => [...listStat(reader, tree)])).toThrow(/^d\/x: .*objects/);
  });
});

test('a tree as deep as realdirs can be is listed', () => {
  const depth = 2000;
  const writer = ObjectWriter.open(repository.gitDir);
  let tree = writer.writeTree([{ mode: FileMode.file, name: 'x', oid: writer.writeBlob(FILE) }]);
  for (let level = 0; level < depth; level++) tree = writer.writeTree([{ mode: FileMode.directory, name: 'd', oid: tree }]);
  writer.finish().release();
  const rows = repository.reading((reader) => [...listStat(reader, tree)]);
  expect(rows.map((row) => row.path)).toEqual([`${'d/'.repeat(depth)}x`]);
});
