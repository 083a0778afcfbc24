import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { inspectRepo } from '../../../src/realdir/nested-git/nested-repo.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { buildTree, cleanEnvironment, git, tempDir } from '../../harness/index.js';
import type { TreeSpec } from '../../harness/index.js';
import { minimalRepo } from './minimal-repo.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NO_REPO = { isRepo: false };

let dir: string;
let outer: string;
beforeEach(() => {
  outer = tempDir();
  dir = path.join(outer, 'case');
  git(['init', '--quiet'], outer);
});

const inspect = (at = dir) => inspectRepo(bytesOfText(at), { realdir: bytesOfText(outer), bounds: BY_HAND });
const headOf = (at = dir) => {
  const repo = inspect(at);
  return repo.isRepo ? repo.head : undefined;
};

/** What `git rev-parse HEAD` says in the directory itself, null if it fails. */
function askHead(at = dir): string | null {
  const env = cleanEnvironment({ GIT_CEILING_DIRECTORIES: path.dirname(at) });
  const { status, stdout } = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: at, env });
  return status === 0 ? stdout.toString().trim() : null;
}

/** Whether Git takes `case` for a repository of its own when it looks at the directory around it. */
function askIsRepo(): boolean {
  return git(['ls-files', '--others', '-z'], outer).split('\0').includes('case/');
}

function commit(at: string, message = 'x'): string {
  git(['commit', '--quiet', '--allow-empty', '-m', message], at);
  return git(['rev-parse', 'HEAD'], at);
}

function createRepo(at = dir, ...options: string[]): string {
  fs.mkdirSync(at, { recursive: true });
  git(['init', '--quiet', '-b', 'main', ...options], at);
  return commit(at);
}

describe('repositories made by Git', () => {
  test('on a branch, with the branch packed, detached', () => {
    const first = createRepo();
    expect(inspect()).toEqual({ isRepo: true, head: first });
    git(['pack-refs', '--all'], dir);
    expect(headOf()).toBe(first);
    const second = commit(dir, 'y');
    expect(headOf()).toBe(second);
    git(['checkout', '--quiet', '--detach', 'HEAD~'], dir);
    expect(headOf()).toBe(first);
    git(['checkout', '--quiet', '-b', 'topic/with/slashes'], dir);
    expect(headOf()).toBe(first);
  });

  test('without a commit', () => {
    fs.mkdirSync(dir);
    git(['init', '--quiet'], dir);
    expect(inspect()).toEqual({ isRepo: true, head: null });
    const first = commit(dir);
    git(['checkout', '--quiet', '--orphan', 'new'], dir);
    git(['pack-refs', '--all'], dir);
    expect(first).toHaveLength(40);
    expect(headOf()).toBeNull();
  });

  test('with the Git directory elsewhere', () => {
    const first = createRepo(dir, '--separate-git-dir', path.join(outer, 'elsewhere.git'));
    expect(fs.statSync(path.join(dir, '.git')).isFile()).toBe(true);
    expect(headOf()).toBe(first);
    fs.rmSync(path.join(outer, 'elsewhere.git'), { recursive: true });
    expect(inspect()).toEqual(NO_REPO);
  });

  test('worktrees have a HEAD of their own and share the branches', () => {
    const main = path.join(outer, 'main');
    const first = createRepo(main);
    git(['worktree', 'add', '--quiet', '-b', 'other', dir], main);
    const second = commit(dir);
    expect(headOf()).toBe(second);
    expect(headOf(main)).toBe(first);
    git(['pack-refs', '--all'], main);
    expect(headOf()).toBe(second);
    git(['symbolic-ref', 'HEAD', 'refs/worktree/mine'], dir);
    expect(headOf()).toBe(askHead());
    git(['update-ref', 'refs/worktree/mine', first], dir);
    expect(headOf()).toBe(first);
  });

  test('submodules, whose Git directory is in that of the repository around', () => {
    const inner = path.join(outer, 'inner');
    const first = createRepo(inner);
    createRepo();
    git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub'], dir);
    expect(headOf(path.join(dir, 'sub'))).toBe(first);
  });

  test('with ids of 64 digits', () => {
    const first = createRepo(dir, '--object-format=sha256');
    expect(first).toHaveLength(64);
    expect(headOf()).toBe(first);
    git(['pack-refs', '--all'], dir);
    expect(headOf()).toBe(first);
  });

  test('of somebody else, and in a directory with any name', () => {
    const odd = path.join(outer, ' ü\n ');
    const first = createRepo(odd);
    if (process.getuid?.() === 0) {
      for (const name of ['', '.git', '.git/HEAD', '.git/refs/heads/main']) fs.chownSync(path.join(odd, name), 65534, 65534);
    }
    expect(headOf(odd)).toBe(first);
  });
});

describe('agreement with Git', () => {
  /** Mostly what is usual, so that a commit comes out in many cases. */
  const usually = <T>(usual: readonly T[], ...odd: readonly T[]): fc.Arbitrary<T> =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  const oid = usually([A, B], A.toUpperCase(), 'c'.repeat(64), A.slice(1), `${A}0`, '0'.repeat(40), 'xyz');
  const refName = usually(
    ['refs/heads/main', 'refs/heads/a/b'], 'refs/bisect/x', 'refs/tags/t', 'refs/heads/../heads/main', 'refs/heads/.x', 'refs/heads/x.lock',
    'refs/heads/a b', 'refs/', 'refs/heads', '/etc/passwd', 'FETCH_HEAD', '', 'refs/heads/\xe4',
  );
  const blank = usually(['', '\n'], ' ', '\t', '\r\n', '\n\n', ' \n x', '\0', '\0x');
  const symbolic = fc
    .tuple(usually(['ref: ', 'ref:'], 'ref:\t', 'ref: \n', ' ref: ', 'REF: '), refName, blank)
    .map((parts) => parts.join(''));
  const content = fc.oneof(fc.tuple(oid, blank).map((parts) => parts.join('')), symbolic, symbolic);
  // A damaged one makes Git give up even where it is not needed.
  const packedRef = fc.tuple(fc.constantFrom(A, B), refName.filter((name) => name !== ''), fc.constantFrom('', `^${B}\n`));
  const packed = fc.uniqueArray(packedRef, { maxLength: 3, selector: ([, name]) => name })
    .map((refs) => `# pack-refs with: peeled fully-peeled \n${refs.map(([id, name, peeled]) => `${id} ${name}\n${peeled}`).join('')}`);
  const config = usually(
    ['', '[core]\n\trepositoryformatversion = 0\n'],
    '[core]\nrepositoryformatversion = 1\n',
    '[core]\nrepositoryformatversion = 2\n',
    '[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = sha256\n',
    '[extensions]\nobjectFormat = sha256\n',
    '[core]\nrepositoryformatversion = 1\n[extensions]\nunheardOf = true\n',
    '[extensions]\nunheardOf = true\n',
    '[core\n',
    '[core]\nbare = true\n',
    '[core]\nrepositoryformatversion = 1\n[extensions]\nnoop = true\n',
  );

  test('on whatever is in HEAD, references and configuration', () => {
    fc.assert(
      fc.property(
        content, fc.option(content), fc.option(content), fc.option(packed), config, usually([''], 'objects', 'refs', 'refs/heads'),
        (head, main, ab, packedRefs, configText, missing) => {
          fs.rmSync(dir, { recursive: true, force: true });
          const bytes = (text: string) => Buffer.from(text, 'latin1');
          minimalRepo(dir, {
            HEAD: bytes(head),
            config: configText,
            ...(main === null ? {} : { 'refs/heads/main': bytes(main) }),
            ...(ab === null ? {} : { 'refs/heads/a/b': bytes(ab) }),
            ...(packedRefs === null || configText.includes('sha256') ? {} : { 'packed-refs': bytes(packedRefs) }),
          });
          if (missing !== '') fs.rmSync(path.join(dir, '.git', missing), { recursive: true });
          const repo = inspect();
          expect(repo.isRepo).toBe(askIsRepo());
          const expected = askHead();
          // Absent is allowed where Git has a commit only if that is said, here for names that are not below refs/.
          const isSaid = repo.isRepo && repo.head === null && /FETCH_HEAD|stands for no commit/.test(repo.warning ?? '');
          expect(isSaid ? expected : (headOf() ?? null)).toBe(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('on how far symbolic references lead', () => {
    const chain = (length: number): TreeSpec =>
      Object.fromEntries(Array.from({ length }, (_, n) => [`refs/heads/${n}`, n === length - 1 ? A : `ref: refs/heads/${n + 1}`]));
    for (const length of [3, 4, 5, 6]) {
      fs.rmSync(dir, { recursive: true, force: true });
      minimalRepo(dir, { HEAD: 'ref: refs/heads/0\n', ...chain(length) });
      expect([length, headOf()]).toEqual([length, askHead()]);
    }
    minimalRepo(dir, { HEAD: 'ref: refs/heads/0\n', ...chain(4) });
    expect(headOf()).toBe(A);
  });

  test('on .git files', () => {
    createRepo(path.join(outer, 'real'));
    const link = path.join(outer, 'real-link');
    fs.symlinkSync('real/.git', link);
    for (const text of [
      'gitdir: ../real/.git',
      'gitdir: ../real/.git\n',
      'gitdir: ../real/.git\r\n\n',
      'gitdir:../real/.git\n',
      'gitdir:  ../real/.git\n',
      'gitdir: ../real\n',
      'gitdir: \n',
      'gitdir: ',
      '',
      'Gitdir: ../real/.git\n',
      `gitdir: ${outer}/real/.git\n`,
      'gitdir: ../real-link\n',
      'gitdir: ../nowhere\n',
      'gitdir: .git\n',
      'gitdir: .\n',
      '\ngitdir: ../real/.git\n',
      'gitdir: ../real/.git \n',
      'gitdir: ../real/.git/\n',
      'gitdir: ../real/.git\0x\n',
    ]) {
      fs.rmSync(dir, { recursive: true, force: true });
      buildTree(dir, { '.git': text, file: '' });
      expect([text, inspect().isRepo, headOf() ?? null]).toEqual([text, askIsRepo(), askHead()]);
    }
  });

  test('on symbolic links', () => {
    const real = path.join(outer, 'real');
    createRepo(real);
    git(['pack-refs', '--all'], real);
    const layouts: TreeSpec[] = [
      { '.git': { symlink: '../real/.git' } },
      { '.git': { symlink: '../gitfile' } },
      { '.git/HEAD': { symlink: 'refs/heads/main' }, '.git/refs/heads/main': A, '.git/objects': null },
      { '.git/HEAD': { symlink: 'refs/heads/missing' }, '.git/refs': null, '.git/objects': null },
      { '.git/HEAD': { symlink: '../../real/.git/HEAD' }, '.git/refs/heads/main': A, '.git/objects': null },
      {
        '.git/HEAD': 'ref: refs/heads/x',
        '.git/refs/heads/x': { symlink: 'refs/heads/main' },
        '.git/refs/heads/main': A,
        '.git/objects': null,
      },
      { '.git/HEAD': 'ref: refs/heads/x', '.git/refs/heads/x': { symlink: 'y' }, '.git/refs/heads/y': B, '.git/objects': null },
      // As git-new-workdir and repo have it.
      Object.fromEntries([
        ['.git/HEAD', 'ref: refs/heads/main'],
        ...['refs', 'objects', 'packed-refs', 'config'].map((name) => [`.git/${name}`, { symlink: `../../real/.git/${name}` }]),
      ]) as TreeSpec,
    ];
    buildTree(outer, { gitfile: 'gitdir: real/.git\n' });
    for (const layout of layouts) {
      fs.rmSync(dir, { recursive: true, force: true });
      buildTree(dir, { ...layout, file: '' });
      expect([layout, inspect().isRepo, headOf() ?? null]).toEqual([layout, askIsRepo(), askHead()]);
    }
  });
});
