import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LockedError } from '../../../src/util/errors.js';
import { oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { DamagedRefError, RefMovedError } from '../../../src/git/refs/ref-errors.js';
import { listRefs, readRef, updateRef } from '../../../src/git/refs/refs.js';
import { git, runProcess } from '../../harness/index.js';
import { WHO, bundleProgram, expectCleanFsck, filesBelow, newRepository } from '../repository.js';
import type { TestRepository } from '../repository.js';

const hasStrace = await runProcess('strace', ['-o', '/dev/null', 'true']).then(({ status }) => status === 0, () => false);

function commit({ dir }: TestRepository, message: string): Oid {
  git(['commit', '-q', '--allow-empty', '-m', message], dir);
  return oidFromHex(git(['rev-parse', 'HEAD'], dir));
}

function move(gitDir: string, name: string, expected: Oid | null, next: Oid | null): void {
  updateRef(gitDir, name, { expected, next, message: 'test: moved', who: WHO });
}

describe('reading', () => {
  test('finds loose, packed and symbolic refs; loose ones win', () => {
    const repo = newRepository();
    const { dir, gitDir } = repo;
    expect(readRef(gitDir, 'HEAD')).toBeNull();
    const first = commit(repo, 'one');
    git(['tag', '-a', '-m', 'annotated', 'v1'], dir);
    git(['branch', 'other'], dir);
    git(['pack-refs', '--all'], dir);
    expect(filesBelow(`${gitDir}/refs/heads`, /./)).toEqual([]);
    expect(readRef(gitDir, 'refs/heads/other')).toBe(first);
    const second = commit(repo, 'two');
    expect(readRef(gitDir, 'refs/heads/master')).toBe(second);
    expect(readRef(gitDir, 'HEAD')).toBe(second);
    expect(readRef(gitDir, 'refs/heads/none')).toBeNull();
    fs.writeFileSync(`${gitDir}/refs/heads/other.lock`, '');
    fs.mkdirSync(`${gitDir}/refs/remotes/origin`, { recursive: true });
    fs.writeFileSync(`${gitDir}/refs/remotes/origin/HEAD`, 'ref: refs/heads/gone\n');
    const listed = listRefs(gitDir, 'refs/').map(({ name, oid }) => `${oidToHex(oid)} ${name}`);
    expect(listed.join('\n')).toBe(git(['for-each-ref', '--format=%(objectname) %(refname)'], dir));
    expect(listRefs(gitDir, 'refs/heads/').map(({ name }) => name)).toEqual(['refs/heads/master', 'refs/heads/other']);
  });

  test.each([
    ['', 'empty'],
    ['1234567890\n', 'no object id'],
    [`${'0'.repeat(40)}\n`, 'no object id'],
    ['ref: ../../etc/passwd\n', 'bad ref'],
  ])('a ref file with the content %j is an error that names the file, never "no such ref"', (content, what) => {
    const { gitDir } = newRepository();
    fs.writeFileSync(`${gitDir}/refs/heads/master`, content);
    expect(() => readRef(gitDir, 'HEAD')).toThrow(DamagedRefError);
    expect(() => readRef(gitDir, 'HEAD')).toThrow(`${gitDir}/refs/heads/master: `);
    expect(() => readRef(gitDir, 'HEAD')).toThrow(what);
    expect(() => move(gitDir, 'refs/heads/master', null, oidFromHex('12'.repeat(20)))).toThrow(DamagedRefError);
  });

  test('packed-refs that is cut short, and symbolic refs in a circle, are errors', () => {
    const repo = newRepository();
    commit(repo, 'one');
    git(['pack-refs', '--all'], repo.dir);
    const file = `${repo.gitDir}/packed-refs`;
    fs.truncateSync(file, fs.statSync(file).size - 20);
    expect(() => readRef(repo.gitDir, 'HEAD')).toThrow(/packed-refs: .*cut short/);
    fs.writeFileSync(`${repo.gitDir}/refs/heads/a`, 'ref: refs/heads/b\n');
    fs.writeFileSync(`${repo.gitDir}/refs/heads/b`, 'ref: refs/heads/a\n');
    expect(() => readRef(repo.gitDir, 'refs/heads/a')).toThrow(DamagedRefError);
  });

  test.each(['refs/heads/../../config', 'config', 'refs/heads/a\nb', 'refs/heads/a.lock', 'refs//x', ''])('%j is no ref', (name) => {
    expect(() => readRef(newRepository().gitDir, name)).toThrow(/not the full name of a ref/);
  });
});

describe('updating', () => {
  test('creates, moves and deletes, with the reflogs that Git would write', () => {
    const repo = newRepository();
    const { dir, gitDir } = repo;
    const first = commit(repo, 'one');
    const second = commit(repo, 'two');
    move(gitDir, 'refs/fso/deep/er', null, first);
    move(gitDir, 'refs/heads/new', null, first);
    move(gitDir, 'refs/heads/new', first, second);
    expect(git(['rev-parse', 'new', 'refs/fso/deep/er'], dir)).toBe(`${oidToHex(second)}\n${oidToHex(first)}`);
    expect(git(['reflog', '--format=%gd %H %gn <%ge> %gs', '--date=raw', 'new'], dir)).toBe(
      `new@{1500000000 +0200} ${oidToHex(second)} A U Thor <author@example.com> test: moved\n`
      + `new@{1500000000 +0200} ${oidToHex(first)} A U Thor <author@example.com> test: moved`);
    expect(fs.existsSync(`${gitDir}/logs/refs/fso`)).toBe(false);
    move(gitDir, 'HEAD', second, first);
    expect(git(['reflog', '-1', '--format=%H %gs'], dir)).toBe(`${oidToHex(first)} test: moved`);
    expect(git(['symbolic-ref', 'HEAD'], dir)).toBe('refs/heads/master');
    git(['pack-refs', '--all'], dir);
    move(gitDir, 'refs/heads/new', second, first);
    move(gitDir, 'refs/heads/new', first, null);
    expect(listRefs(gitDir, 'refs/heads/').map(({ name }) => name)).toEqual(['refs/heads/master']);
    expect(fs.existsSync(`${gitDir}/logs/refs/heads/new`)).toBe(false);
    expectCleanFsck(dir);
    expect(filesBelow(gitDir, /\.lock$/)).toEqual([]);
  });

  test('deleting a packed tag keeps the others', () => {
    const repo = newRepository();
    const { dir, gitDir } = repo;
    commit(repo, 'one');
    for (const tag of ['a', 'b', 'c']) git(['tag', '-a', '-m', tag, tag], dir);
    git(['pack-refs', '--all'], dir);
    const oid = readRef(gitDir, 'refs/tags/b');
    move(gitDir, 'refs/tags/b', oid, null);
    expect(git(['show-ref', '--tags', '-d'], dir).split('\n').map((line) => line.slice(41))).toEqual(
      ['refs/tags/a', 'refs/tags/a^{}', 'refs/tags/c', 'refs/tags/c^{}']);
    git(['pack-refs', '--all'], dir);
    expectCleanFsck(dir);
  });

  test('refuses when the ref is not what was expected, and leaves it alone', () => {
    const repo = newRepository();
    const first = commit(repo, 'one');
    const second = commit(repo, 'two');
    const { gitDir } = repo;
    for (const expected of [null, first]) {
      expect(() => move(gitDir, 'refs/heads/master', expected, first)).toThrow(RefMovedError);
    }
    git(['pack-refs', '--all'], repo.dir);
    expect(() => move(gitDir, 'refs/heads/master', null, first)).toThrow(RefMovedError);
    expect(() => move(gitDir, 'refs/heads/none', first, null)).toThrow(/expected [0-9a-f]{40}, found no such ref/);
    expect(readRef(gitDir, 'refs/heads/master')).toBe(second);
    expect(filesBelow(gitDir, /\.lock$/)).toEqual([]);
  });

  test('a lock that somebody left is named, with its age', () => {
    const repo = newRepository();
    const first = commit(repo, 'one');
    const lock = `${repo.gitDir}/refs/heads/x.lock`;
    fs.writeFileSync(lock, '');
    fs.utimesSync(lock, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
    const start = Date.now();
    expect(() => move(repo.gitDir, 'refs/heads/x', null, first)).toThrow(LockedError);
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(() => move(repo.gitDir, 'refs/heads/x', null, first)).toThrow(/x\.lock: .*360\d s ago/);
    expect(fs.existsSync(lock)).toBe(true);
  });

  test('a lock of a git-fso process that was killed is removed, one of a living process is not', async () => {
    const repo = newRepository();
    const first = commit(repo, 'one');
    const program = await bundleProgram(`
      import { LockFile } from './storage/lock-file.js';
      LockFile.acquire(process.argv[2]);
      console.log('locked');
      setInterval(() => undefined, 1000);`);
    const child = spawn(process.execPath, [program, `${repo.gitDir}/refs/heads/x`], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(() => move(repo.gitDir, 'refs/heads/x', null, first)).toThrow(LockedError);
    expect(git(['for-each-ref', '--format=%(refname)'], repo.dir)).toBe('refs/heads/master');
    child.kill('SIGKILL');
    await once(child, 'close');
    move(repo.gitDir, 'refs/heads/x', null, first);
    expect(readRef(repo.gitDir, 'refs/heads/x')).toBe(first);
    expect(filesBelow(repo.gitDir, /\.lock$/)).toEqual([]);
  });

  test.skipIf(!hasStrace)('that is killed at any step leaves the old state or the new, and the next one works (needs strace)', async () => {
    const program = await bundleProgram(`
      import { oidFromHex } from './git/objects/object-id.js';
      import { updateRef } from './git/refs/refs.js';
      const [gitDir, from, to] = process.argv.slice(2);
      const who = { name: 'a', email: 'a@x', seconds: 1500000000, timezone: '+0000' };
      updateRef(gitDir, 'refs/heads/master', { expected: oidFromHex(from), next: oidFromHex(to), message: 'killed', who });`);
    const repo = newRepository();
    const { dir, gitDir } = repo;
    const first = commit(repo, 'one');
    const second = commit(repo, 'two');
    let kills = 0;
    for (const call of ['link', 'unlink', 'rename', 'fsync']) {
      for (let step = 1, isKilled = true; isKilled; step++) {
        const from = readRef(gitDir, 'refs/heads/master') as Oid;
        const to = from === first ? second : first;
        const inject = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${step}`];
        const result = await runProcess('strace', [...inject, process.execPath, program, gitDir, oidToHex(from), oidToHex(to)]);
        isKilled = result.signal === 'SIGKILL';
        expect(isKilled || result.status === 0, result.stderr.toString()).toBe(true);
        if (isKilled) kills++;
        const now = readRef(gitDir, 'refs/heads/master');
        expect(now === from || now === to, `${call} ${step}`).toBe(true);
        expect(git(['rev-parse', 'master'], dir)).toBe(oidToHex(now as Oid));
        move(gitDir, 'refs/heads/master', now, now === first ? second : first);
      }
    }
    expect(kills).toBeGreaterThan(6);
    expectCleanFsck(dir);
  });

  test('a failing reflog moves nothing', () => {
    const repo = newRepository();
    const first = commit(repo, 'one');
    fs.mkdirSync(`${repo.gitDir}/logs/refs/heads/x`, { recursive: true });
    expect(() => move(repo.gitDir, 'refs/heads/x', null, first)).toThrow(/logs\/refs\/heads\/x: cannot be written/);
    expect(readRef(repo.gitDir, 'refs/heads/x')).toBeNull();
    expect(filesBelow(repo.gitDir, /\.lock$/)).toEqual([]);
  });

  test('a repository that is gone is not made anew', () => {
    const repo = newRepository();
    const first = commit(repo, 'one');
    fs.renameSync(repo.dir, `${repo.dir}-moved`);
    expect(() => move(repo.gitDir, 'refs/heads/x', null, first)).toThrow(/not a Git directory/);
    expect(fs.existsSync(repo.dir)).toBe(false);
    fs.renameSync(`${repo.dir}-moved`, repo.dir);
  });
});

test.each([
  ['gc', ['gc', '-q'], undefined],
  ['gc that prunes at once, if everything is written as packs', ['gc', '-q', '--prune=now'], 0],
])('processes that commit at the same time, beside pack-refs and %s, lose nothing', async (_title, gc, looseMax) => {
  const { dir, gitDir } = newRepository();
  const program = await bundleProgram(`
    import { ObjectWriter } from './git/objects/object-writer.js';
    import { hashObject } from './git/objects/object-id.js';
    import { readRef, updateRef } from './git/refs/refs.js';
    import { RefMovedError } from './git/refs/ref-errors.js';
    const [gitDir, worker, count, looseMax] = process.argv.slice(2);
    const who = { name: worker, email: 'w@example.com', seconds: 1500000000, timezone: '+0000' };
    for (let i = 0; i < Number(count);) {
      const expected = readRef(gitDir, 'refs/heads/master');
      const writer = ObjectWriter.open(gitDir, looseMax === '' ? {} : { looseMax: Number(looseMax) });
      const tree = writer.writeTree([{ mode: 0o100644, name: worker, oid: writer.writeBlob(worker + i) }]);
      const next = writer.writeCommit({ tree, parents: expected === null ? [] : [expected], author: who, committer: who, message: ` +
        `worker + ' ' + i + '\\n' });
      const guard = writer.finish();
      try {
        updateRef(gitDir, 'refs/heads/master', { expected, next, message: 'commit', who });
        i++;
      } catch (error) {
        if (!(error instanceof RefMovedError)) throw error;
      } finally {
        guard.release();
      }
    }`);
  const workers = ['a', 'b', 'c', 'd'];
  const commits = 20;
  let isRunning = true;
  const disturb = (async () => {
    while (isRunning) {
      await runProcess('git', ['pack-refs', '--all', '--prune'], { cwd: dir });
      await runProcess('git', gc, { cwd: dir });
    }
  })();
  const results = await Promise.all(
    workers.map((worker) => runProcess(process.execPath, [program, gitDir, worker, String(commits), String(looseMax ?? '')])),
  );
  isRunning = false;
  await disturb;
  expect(results.map(({ status, stderr }) => [status, stderr.toString()])).toEqual(workers.map(() => [0, '']));
  const subjects = git(['log', '--first-parent', '--format=%s', 'master'], dir).split('\n').sort();
  const expected = workers.flatMap((worker) => Array.from({ length: commits }, (_, i) => `${worker} ${i}`)).sort();
  expect(subjects).toEqual(expected);
  expectCleanFsck(dir);
});
