import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkInitLimits, findLimitViolation, limitFor, NO_LIMITS } from '../../../src/discovery/policy/init-limits.js';
import { InitPolicy, parseInitPolicy } from '../../../src/discovery/policy/init-policy.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';

describe('which limit holds', () => {
  const limit = (dir: string, maxFiles: number) => ({ path: dir, maxFiles, maxBytes: 0 });
  const limits = {
    maxFiles: 1,
    maxBytes: 7,
    prefixLimits: [limit('/p/a', 2), limit('/p/a/b/', 3), limit('/p//', 4)],
    repoLimits: [limit('/p/a/one/', 5)],
  };

  test.each([
    ['/p/a/one', 5],
    ['/p/a/one/x', 2],
    ['/p/a/b', 2],
    ['/p/a/', 2],
    ['/p/ab', 4],
    ['/p', 4],
    ['/pp', 1],
    ['/', 1],
  ])('for %s', (repo, maxFiles) => {
    expect(limitFor(limits, repo).maxFiles).toBe(maxFiles);
  });

  test('an entry for the filesystem root holds for all', () => {
    expect(limitFor({ ...NO_LIMITS, prefixLimits: [limit('/', 9)] }, '/p').maxFiles).toBe(9);
  });
});

describe('what is counted', () => {
  const tree = () =>
    buildTree(tempDir(), { 'a/b/c': 'xyz', 'a/l': { symlink: 'b' }, h: { hardlink: 'a/b/c' }, '.x': null, f: { fifo: true } });

  test.each([
    ['enter-subdirs', 8, 'TooManyFilesBelow'],
    ['enter-subdirs', 9, undefined],
    ['ignore-subdirs', 3, 'TooManyFilesIn'],
    ['ignore-subdirs', 4, undefined],
    ['bundle-subdirs', 3, 'TooManyFilesIn'],
    ['ignore-most', 1, undefined],
  ] as const)('%s, at most %d: %s', async (tracking, maxFiles, reason) => {
    const root = buildTree(tempDir(), { 'a/b/c': 'xyz', 'a/l': { symlink: 'b' }, '.x': null, h: 'h', f: { fifo: true }, 'a/b/d': 'y' });
    const violation = await findLimitViolation({ maxFiles: maxFiles, maxBytes: 0 }, root, tracking);
    expect(violation?.reason).toBe(reason);
  });

  test('bytes are lengths: hard links once, links by their target, directories as they are', async () => {
    const root = buildTree(tempDir(), { 'a/file': 'x'.repeat(1000), 'a/link': { symlink: 'file' }, hard: { hardlink: 'a/file' } });
    const directories = fs.statSync(root).size + fs.statSync(path.join(root, 'a')).size;
    const bytes = directories + 1000 + 4;
    expect(await findLimitViolation({ maxFiles: 0, maxBytes: bytes }, root, 'enter-subdirs')).toBeNull();
    expect(await findLimitViolation({ maxFiles: 0, maxBytes: bytes - 1 }, root, 'enter-subdirs')).toEqual({
      reason: 'TooManyBytes',
      message: `\`${root}\` contains more than ${bytes - 1} bytes`,
    });
  });

  test('too many files are told before too many bytes', async () => {
    const violation = await findLimitViolation({ maxFiles: 5, maxBytes: 1 }, tree(), 'enter-subdirs');
    expect(violation?.reason).toBe('TooManyFilesBelow');
    expect((await findLimitViolation({ maxFiles: 99, maxBytes: 1 }, tree(), 'enter-subdirs'))?.reason).toBe('TooManyBytes');
  });

  test('counting a wide directory ends at the limit', async () => {
    const root = tempDir();
    for (let index = 0; index < 5000; index++) fs.writeFileSync(path.join(root, `${index}`), '');
    let calls = 0;
    const { readSync } = fs.Dir.prototype;
    fs.Dir.prototype.readSync = function counted() {
      calls += 1;
      return readSync.call(this);
    };
    try {
      for (const tracking of ['enter-subdirs', 'ignore-subdirs'] as const) {
        expect(await findLimitViolation({ maxFiles: 10, maxBytes: 0 }, root, tracking)).not.toBeNull();
      }
    } finally {
      fs.Dir.prototype.readSync = readSync;
    }
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(22);
  });

  test('names may be any bytes, and trees deeper than a path can be long', async () => {
    const root = buildTree(tempDir(), { 'caf\xe9/\xff': 'x' });
    const home = process.cwd();
    process.chdir(root);
    const name = 'd'.repeat(200);
    for (let depth = 0; depth < 30; depth++) {
      fs.mkdirSync(name);
      process.chdir(name);
    }
    process.chdir(home);
    expect(await findLimitViolation({ maxFiles: 33, maxBytes: 0 }, root, 'enter-subdirs')).toBeNull();
    expect((await findLimitViolation({ maxFiles: 32, maxBytes: 0 }, root, 'enter-subdirs'))?.reason).toBe('TooManyFilesBelow');
    expect(process.cwd()).toBe(home);
    // Node cannot remove it: its path is too long.
    execFileSync('rm', ['-rf', root]);
  });
});

describe('what cannot be counted is refused', () => {
  const limits = { ...NO_LIMITS, maxFiles: 100 };

  test('something that is no directory, whatever the tracking is', async () => {
    const root = buildTree(tempDir(), { file: '' });
    for (const name of ['file', 'nope', 'file/x']) {
      const realdir = path.join(root, name);
      expect(await checkInitLimits(NO_LIMITS, realdir, 'ignore-most')).toBe(`\`${realdir}\` is not a directory`);
    }
  });

  test('a directory that cannot be read', async () => {
    const root = buildTree(tempDir(), { 'a/b': null });
    fs.chmodSync(root, 0o755);
    fs.chmodSync(path.join(root, 'a/b'), 0);
    fs.chmodSync(path.join(root, 'a'), 0o755);
    const messages = await asNobody(async () => [
      await checkInitLimits(limits, root, 'enter-subdirs'),
      await checkInitLimits({ ...NO_LIMITS, maxBytes: 1 << 30 }, root, 'enter-subdirs'),
      await checkInitLimits(limits, path.join(root, 'a/b'), 'ignore-subdirs'),
      await checkInitLimits(NO_LIMITS, root, 'enter-subdirs'),
      await checkInitLimits(limits, root, 'ignore-most'),
    ]);
    expect(messages.map((message) => message?.replaceAll(root, 'DIR'))).toEqual([
      'failed to count files below `DIR`: a/b: EACCES: permission denied',
      'failed to determine data size below `DIR`: a/b: EACCES: permission denied',
      expect.stringMatching(/^failed to count files in `DIR\/a\/b`: EACCES: permission denied/),
      undefined,
      undefined,
    ]);
  });

  test('cancelling is not a refusal', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(checkInitLimits(limits, tempDir(), 'enter-subdirs', signal)).rejects.toThrow('stop');
  });
});

describe('init policies', () => {
  const { entries } = parseInitPolicy(['bundle-subdirs .', 'enter-subdirs [', 'ignore-subdirs é?', 'enter-subdirs a*']);

  test('the first glob that matches decides', () => {
    const policy = new InitPolicy('/p', entries);
    expect(['/p', '/p/é1', '/p/ab', '/p/a/b'].map((realdir) => policy.trackingOf(bytesOfText(realdir)))).toEqual([
      'bundle-subdirs',
      'ignore-subdirs',
      'enter-subdirs',
      'ignore-most',
    ]);
    expect(() => policy.trackingOf('/pq')).toThrow(expect.objectContaining({ code: 'PathNotBelowRoot' }));
    expect(new InitPolicy('/', entries).trackingOf('/ab')).toBe('enter-subdirs');
  });

  test('lines that mean nothing are named', () => {
    const { problems } = parseInitPolicy(['enter-subdirs', 'enter-subdir x', 'ignore-most [a']);
    expect(problems.map(({ code, index }) => [code, index])).toEqual([['MalformedLine', 0], ['UnknownWord', 1], ['MalformedGlob', 2]]);
  });
});
