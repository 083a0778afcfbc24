import * as fs from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AttributeRules } from '../../../src/realdir/attributes/attributes.js';
import { NogbundlePatterns } from '../../../src/realdir/attributes/nogbundle-patterns.js';
import { findNogbundles } from '../../../src/realdir/attributes/nogbundles.js';
import { errnoOf } from '../../../src/util/errors.js';
import type { TreeSpec } from '../../harness/index.js';
import { buildTree, tempDir } from '../../harness/index.js';

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof fs>();
  return { ...original, readdirSync: vi.fn<typeof original.readdirSync>(original.readdirSync) };
});

const readdir = vi.mocked(fs.readdirSync as (dir: fs.PathLike, options: { withFileTypes?: boolean }) => string[]);
const listDirectory = readdir.getMockImplementation()!;

interface Problem {
  readonly path: string;
  readonly code: string | undefined;
}

function find(realdir: string, nogbundles: string, gitattributes: string) {
  const problems: Problem[] = [];
  const { selected, recorded } = findNogbundles(
    realdir, NogbundlePatterns.parse(Buffer.from(nogbundles)), AttributeRules.parse(Buffer.from(gitattributes)),
    (path, error) => problems.push({ path, code: errnoOf(error) }),
  );
  return { selected: [...selected], recorded: [...recorded], problems };
}

function findIn(spec: TreeSpec, nogbundles: string, gitattributes = '* nogbundle\n') {
  return find(buildTree(tempDir(), spec), nogbundles, gitattributes);
}

afterEach(() => void readdir.mockReset());

describe('findNogbundles', () => {
  test('selects candidates with the attribute, in the order of bytes', () => {
    const tree = {
      'data/z-data': null,
      'data/a-data': null,
      'data/\xe9-data': null,
      'data/\xc3\xa9-data': null,
      'data/other': null,
      'data/x-data': 'a file',
    };
    expect(findIn(tree, '/data/\n/data/*/\n', '/data/*-data/ nogbundle\n')).toEqual({
      selected: ['data/a-data', 'data/z-data', 'data/\xc3\xa9-data', 'data/\xe9-data'],
      recorded: ['data/a-data', 'data/z-data', 'data/\xc3\xa9-data', 'data/\xe9-data'],
      problems: [],
    });
  });

  test('needs a candidate as parent', () => {
    expect(findIn({ 'data/a': null }, '/data/*/\n').selected).toEqual([]);
    expect(findIn({ 'data/a': null }, '/data/*/\ndata\n').selected).toEqual(['data', 'data/a']);
  });

  test('records the innermost only', () => {
    const { selected, recorded } = findIn({ 'a/b/c': null, 'a-b': null, 'a/d': null }, '**\n', '* nogbundle\n/a/d/ -nogbundle\n');
    expect(selected).toEqual(['a', 'a-b', 'a/b', 'a/b/c']);
    expect(recorded).toEqual(['a-b', 'a/b/c']);
  });

  test('.git is no candidate, other hidden names and values are', () => {
    const tree = { '.git/x': null, 'a/.git': null, '.gitx': null, '.nog': null, b: null };
    expect(findIn(tree, '**', '* nogbundle\n/b/ nogbundle=1\n/.nog/ nogbundle=set\n').selected).toEqual(['.gitx', '.nog', 'a']);
  });

  test('symbolic links are no directories', () => {
    expect(findIn({ real: null, link: { symlink: 'real' } }, '*').selected).toEqual(['real']);
  });

  test('a missing realdir has no nogbundles', () => {
    expect(find(`${tempDir()}/missing`, '**', '* nogbundle')).toEqual({ selected: [], recorded: [], problems: [] });
  });

  test('reads candidates only, and these only if a pattern reaches deeper', () => {
    const realdir = buildTree(tempDir(), { 'a/b/c': null, 'x/y': null });
    const read: string[] = [];
    readdir.mockImplementation((dir, options) => {
      read.push(fs.realpathSync(String(dir)));
      return listDirectory(dir, options);
    });
    find(realdir, 'a\na/b\n', '');
    expect(read.map((dir) => dir.slice(realdir.length))).toEqual(['', '/a']);
  });

  test('reports a directory that cannot be read, and still selects it', () => {
    const realdir = buildTree(tempDir(), { 'a/b': null, c: null });
    refuse(`${realdir}/a`, 'EACCES');
    expect(find(realdir, '**', '* nogbundle')).toEqual({
      selected: ['a', 'c'],
      recorded: ['a', 'c'],
      problems: [{ path: 'a', code: 'EACCES' }],
    });
  });

  test('a directory that vanishes is no problem', () => {
    const realdir = buildTree(tempDir(), { 'a/b': null });
    refuse(`${realdir}/a`, 'ENOENT');
    expect(find(realdir, '**', '').problems).toEqual([]);
  });

  test('asks for types itself where listing with types fails', () => {
    const realdir = buildTree(tempDir(), { '\xe9/x': null, file: '', link: { symlink: 'file' } });
    readdir.mockImplementation((dir, options) => {
      if (options.withFileTypes === true) throw new TypeError('name cannot be joined');
      return listDirectory(dir, options);
    });
    expect(find(realdir, '**', '* nogbundle').selected).toEqual(['\xe9', '\xe9/x']);
  });
});

function refuse(directory: string, code: string): void {
  readdir.mockImplementation((dir, options) => {
    if (fs.realpathSync(String(dir)) === directory) throw Object.assign(new Error(code), { code });
    return listDirectory(dir, options);
  });
}
