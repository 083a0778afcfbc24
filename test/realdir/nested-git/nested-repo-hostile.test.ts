import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { inspectRepo } from '../../../src/realdir/nested-git/nested-repo.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';
import type { TreeSpec } from '../../harness/index.js';
import { minimalRepo } from './minimal-repo.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NO_REPO = { isRepo: false };

let outer: string;
let dir: string;
beforeEach(() => {
  outer = tempDir();
  dir = path.join(outer, 'case');
});

const inspect = () => inspectRepo(bytesOfText(dir), { realdir: bytesOfText(outer), bounds: BY_HAND });

describe('what cannot be known is said', () => {
  test.each<[string, TreeSpec, RegExp]>([
    [
      'a reference store that is not of files',
      { config: '[core]\nrepositoryformatversion=1\n[extensions]\nrefStorage=reftable\n', HEAD: 'ref: refs/heads/.invalid\n' },
      /reftable/,
    ],
    [
      'the same in an old format',
      { config: '[core]\nrepositoryformatversion=0\n[extensions]\nrefStorage=reftable\n', 'refs/heads/main': A },
      /reftable/,
    ],
    ['a HEAD that only says that it is elsewhere', { HEAD: 'ref: refs/heads/.invalid\n' }, /not a valid reference/],
    ['a name out of refs', { HEAD: 'ref: refs/heads/../../../../secret\n' }, /not a valid reference/],
    ['symbolic references in a circle', { 'refs/heads/main': 'ref: refs/heads/main\n' }, /too many/],
    ['an empty reference, as after a crash', { 'refs/heads/main': '' }, /damaged/],
    ['a long reference', { 'refs/heads/main': { sparse: 2 ** 31 } }, /too long/],
    ['a FIFO as reference', { 'refs/heads/main': { fifo: true } }, /not a regular file/],
    ['a FIFO as packed-refs', { 'packed-refs': { fifo: true } }, /not a regular file/],
    ['a device as packed-refs', { 'packed-refs': { symlink: '/dev/zero' } }, /not a regular file/],
    ['a directory as packed-refs', { 'packed-refs': null }, /not a regular file/],
    ['a FIFO as config', { config: { fifo: true }, 'refs/heads/main': A }, /not a regular file/],
    ['a huge config', { config: { sparse: 2 ** 31 }, 'refs/heads/main': A }, /too long/],
    ['a reference that leads to a secret', { 'refs/heads/main': { symlink: '../../../../secret' } }, /not a regular file/],
    ['packed references that lead out', { 'packed-refs': { symlink: '../../packed' } }, /not a regular file/],
    ['all references somewhere else', { HEAD: 'ref: refs/secret', refs: { symlink: '../../secrets' } }, /not a regular file/],
    ['HEAD without a commit', { HEAD: `${'0'.repeat(40)}\n` }, /no commit/],
  ])('%s', (_, files, warning) => {
    buildTree(outer, { secret: B, 'secrets/secret': B, packed: `${B} refs/heads/main\n` });
    minimalRepo(dir, files);
    expect(inspect()).toEqual({ isRepo: true, head: null, warning: expect.stringMatching(warning) });
  });
});

describe('what is no repository', () => {
  test.each<[string, TreeSpec]>([
    ['nothing', { file: '' }],
    ['an empty .git', { '.git': null }],
    ['a FIFO', { '.git': { fifo: true } }],
    ['a circle of links', { '.git': { symlink: '.git' } }],
    ['a device', { '.git': { symlink: '/dev/zero' } }],
    ['a huge file', { '.git': { sparse: 2 ** 31 } }],
    ['a FIFO as HEAD', { '.git/HEAD': { fifo: true }, '.git/refs': null, '.git/objects': null }],
    ['a device as HEAD', { '.git/HEAD': { symlink: '/dev/zero' }, '.git/refs': null, '.git/objects': null }],
    ['a huge HEAD', { '.git/HEAD': { sparse: 2 ** 31 }, '.git/refs': null, '.git/objects': null }],
    ['gitdir: standard input', { '.git': 'gitdir: /proc/self/fd/0\n' }],
    ['gitdir: /dev/zero', { '.git': 'gitdir: /dev/zero\n' }],
    ['gitdir: /dev/stdin', { '.git': 'gitdir: /dev/stdin\n' }],
    ['a commondir that is a FIFO', { '.git/HEAD': A, '.git/refs': null, '.git/objects': null, '.git/commondir': { fifo: true } }],
    ['a commondir that is too long', { '.git/HEAD': A, '.git/refs': null, '.git/objects': null, '.git/commondir': { sparse: 2 ** 31 } }],
    ['a commondir that leads nowhere', { '.git/HEAD': A, '.git/refs': null, '.git/objects': null, '.git/commondir': '../nowhere\n' }],
    ['a file as objects', { '.git/HEAD': A, '.git/refs': null, '.git/objects': '' }],
  ])('%s', (_, files) => {
    buildTree(dir, files);
    expect(inspect()).toEqual(NO_REPO);
  });

  test('commondir is followed one step, not further', () => {
    minimalRepo(dir, { HEAD: 'ref: refs/heads/main\n', commondir: '../first\n' });
    buildTree(dir, {
      'first/objects': null,
      'first/refs/heads/main': A,
      'first/commondir': '../second\n',
      'second/objects': null,
      'second/refs/heads/main': B,
    });
    expect(inspect()).toEqual({ isRepo: true, head: A });
  });
});

test('what cannot be read is an error, not a directory without a repository', () => {
  minimalRepo(dir, { 'refs/heads/main': A });
  fs.chmodSync(outer, 0o755);
  fs.chmodSync(path.join(dir, '.git'), 0);
  asNobody(() => expect(() => inspect()).toThrow('EACCES'));
  fs.chmodSync(path.join(dir, '.git'), 0o755);
  fs.chmodSync(path.join(dir, '.git/refs/heads/main'), 0);
  asNobody(() => expect(() => inspect()).toThrow('EACCES'));
});
