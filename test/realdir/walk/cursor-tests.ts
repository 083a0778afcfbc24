import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { ToplevelLostError } from '../../../src/realdir/walk/toplevel-lost.js';
import { bundleModule } from '../../harness/bundle-module.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';

/** The tests of a cursor, whichever way it walks. */
export function testCursor(): void {
  let top: string;
  let root: string;
  let cursor: DirectoryCursor;
  const home = process.cwd();

  beforeEach(() => {
    top = tempDir();
    root = path.join(top, 'root');
  });

  afterEach(() => {
    cursor.close();
    expect(process.cwd(), 'the process is where it was').toBe(home);
  });

  function open(): DirectoryCursor {
    const opened = DirectoryCursor.open(root, BY_HAND);
    if (opened === null) throw new Error('there is no directory');
    return (cursor = opened);
  }

  function descend(...names: string[]): void {
    for (const name of names) {
      const stat = cursor.lstat(name);
      if (stat === null || !cursor.descend(name, stat)) throw new Error(`${name} cannot be entered`);
    }
  }

  function openDescriptors(): number {
    return fs.readdirSync('/proc/self/fd').length;
  }

  const DEEP = Array.from({ length: 20 }, (_, i) => `d${i}`);

  describe('a cursor that was suspended', () => {
    test.each([3, 20])('at depth %i is where it was, also after steps up in between', (depth) => {
      buildTree(root, { [`${DEEP.slice(0, depth).join('/')}/deepest`]: '', [`${DEEP.slice(0, depth - 1).join('/')}/above`]: '' });
      open();
      descend(...DEEP.slice(0, depth));
      cursor.suspend();
      expect(process.cwd()).toBe(home);
      expect(cursor.names()).toEqual(['deepest']);
      cursor.suspend();
      cursor.ascend();
      expect(cursor.names().sort()).toEqual(['above', DEEP[depth - 1]].sort());
    });

    test('does not start from the top each time: the cost does not grow with the depth', () => {
      const depth = 5000;
      const script = `process.chdir(${JSON.stringify(top)}); const fs = require('node:fs'); fs.mkdirSync('root'); process.chdir('root');
        for (let i = 0; i < ${depth}; i++) { fs.mkdirSync('d'); process.chdir('d'); }`;
      expect(spawnSync(process.execPath, ['-e', script]).status).toBe(0);
      try {
        open();
        for (let i = 0; i < depth; i++) descend('d');
        const start = process.cpuUsage();
        for (let i = 0; i < 1000; i++) {
          cursor.suspend();
          cursor.names();
        }
        const { user, system } = process.cpuUsage(start);
        // From the top it would be 5,000 steps each time, together a minute.
        expect((user + system) / 1e6).toBeLessThan(3);
      } finally {
        cursor.close();
        // Node cannot remove what has a path longer than PATH_MAX.
        spawnSync('rm', ['-rf', root]);
      }
    });

    test('keeps no descriptor once it is closed, or back at the top', () => {
      buildTree(root, { [`${DEEP.join('/')}/f`]: '' });
      const before = openDescriptors();
      open();
      descend(...DEEP);
      cursor.suspend();
      cursor.close();
      expect(openDescriptors()).toBe(before);
      open();
      descend(...DEEP);
      cursor.suspend();
      for (const _ of DEEP) cursor.ascend();
      cursor.suspend();
      expect(openDescriptors()).toBe(before);
    });

    test.each([3, 20])('finds nothing in a directory of depth %i that was replaced, and the rest after it', (depth) => {
      const names = DEEP.slice(0, depth);
      buildTree(root, { [`${names.join('/')}/f`]: 'mine', above: '' });
      buildTree(path.join(top, 'outside'), { f: 'secret', [`${DEEP[depth - 1]}/f`]: 'secret' });
      open();
      descend(...names);
      cursor.suspend();
      fs.renameSync(path.join(root, names[0] ?? ''), path.join(top, 'hidden'));
      fs.symlinkSync(path.join(top, 'outside'), path.join(root, names[0] ?? ''));
      for (const _ of names) {
        const stat = cursor.lstat('f');
        if (stat !== null) expect(stat.size, 'it is the file that was there before').toBe('mine'.length);
        cursor.ascend();
      }
      expect(cursor.names().sort()).toEqual(['above', 'd0']);
    });
  });

  describe('what cannot be read any more has not vanished', () => {
    test('a directory that lost its permissions while the cursor was away is an error for each entry', () => {
      buildTree(root, { 'a/b/f': '', 'a/b/g': '', c: '' });
      for (const dir of [top, root, path.join(root, 'a'), path.join(root, 'a/b')]) fs.chmodSync(dir, 0o755);
      open();
      descend('a', 'b');
      cursor.suspend();
      fs.chmodSync(path.join(root, 'a'), 0);
      asNobody(() => {
        if (process.geteuid?.() === fs.statSync(root).uid) fs.chmodSync(path.join(root, 'a'), 0);
        for (const name of ['f', 'g', 'c']) expect(() => cursor.lstat(name)).toThrow('EACCES');
        cursor.ascend();
        expect(() => cursor.lstat('b')).toThrow('EACCES');
        cursor.ascend();
        expect(cursor.lstat('c')).not.toBeNull();
        cursor.suspend();
      });
      fs.chmodSync(path.join(root, 'a'), 0o755);
    });

    test('a directory that loses its permissions while the cursor is in it can be left', () => {
      buildTree(root, { 'a/f': '', c: '' });
      for (const dir of [top, root, path.join(root, 'a')]) fs.chmodSync(dir, 0o755);
      open();
      asNobody(() => descend('a'));
      fs.chmodSync(path.join(root, 'a'), 0);
      asNobody(() => {
        cursor.ascend();
        expect(cursor.lstat('c')).not.toBeNull();
        cursor.suspend();
      });
      fs.chmodSync(path.join(root, 'a'), 0o755);
    });

    test('a toplevel that is gone or another one is an error, not an empty directory', () => {
      buildTree(root, { f: '' });
      open();
      expect(cursor.names()).toEqual(['f']);
      cursor.suspend();
      fs.renameSync(root, path.join(top, 'elsewhere'));
      expect(() => cursor.lstat('f')).toThrow(ToplevelLostError);
      expect(() => cursor.lstat('f'), 'also the second time').toThrow(ToplevelLostError);
      buildTree(root, { f: '' });
      expect(() => cursor.names()).toThrow('another directory took its place');
    });

    test('a toplevel without permissions is named in the error', () => {
      buildTree(root, { f: '' });
      fs.chmodSync(top, 0o755);
      fs.chmodSync(root, 0);
      asNobody(() => expect(() => DirectoryCursor.open(root, BY_HAND)).toThrow(`${root}: cannot be read: permission denied`));
      fs.chmodSync(root, 0o755);
      open();
    });

    test('nothing at all is null', () => {
      expect(DirectoryCursor.open(path.join(top, 'nothing'), BY_HAND)).toBeNull();
      buildTree(root, { f: '' });
      expect(DirectoryCursor.open(path.join(root, 'f'), BY_HAND)).toBeNull();
      open();
    });
  });

  describe('from one subdirectory to the next', () => {
    /** Enters one, and prepares to enter another one from there. */
    function betweenTwo(): () => boolean {
      buildTree(root, { 'one/inner/f': '', 'two/mine': '', three: '' });
      buildTree(path.join(top, 'outside'), { 'two/secret': '', 'secret': '' });
      open();
      const two = cursor.lstat('two');
      descend('one', 'inner');
      cursor.ascend();
      cursor.ascend();
      return () => two !== null && cursor.descend('two', two);
    }

    test('the process need not be in their parent', () => {
      expect(betweenTwo()()).toBe(true);
      expect(cursor.names()).toEqual(['mine']);
      cursor.ascend();
      expect(cursor.lstat('three')?.kind).toBe('file');
      expect(cursor.names().sort()).toEqual(['one', 'three', 'two']);
    });

    test('a directory that was moved away with the process in it does not lead elsewhere', () => {
      const enter = betweenTwo();
      fs.renameSync(path.join(root, 'one/inner'), path.join(top, 'outside/inner'));
      expect(enter()).toBe(true);
      expect(cursor.names()).toEqual(['mine']);
      cursor.ascend();
      expect(cursor.names().sort()).toEqual(['one', 'three', 'two']);
    });

    test.each([
      ['a symbolic link', () => fs.symlinkSync('../outside', path.join(root, 'two'))],
      ['another directory', () => fs.mkdirSync(path.join(root, 'two'))],
      ['a file', () => fs.writeFileSync(path.join(root, 'two'), '')],
      ['nothing', () => undefined],
    ])('one that was replaced by %s is not entered', (_what, replace) => {
      const enter = betweenTwo();
      fs.renameSync(path.join(root, 'two'), path.join(top, 'hidden'));
      replace();
      expect(enter()).toBe(false);
      expect(cursor.lstat('three')?.kind).toBe('file');
      descend('one');
      expect(cursor.names()).toEqual(['inner']);
    });

    test('one whose parent lost its permissions is an error, not gone', () => {
      buildTree(root, { 'parent/one/f': '', 'parent/two/f': '' });
      for (const dir of [top, root, path.join(root, 'parent')]) fs.chmodSync(dir, 0o755);
      open();
      descend('parent');
      const two = cursor.lstat('two');
      asNobody(() => descend('one'));
      cursor.ascend();
      fs.chmodSync(path.join(root, 'parent'), 0);
      asNobody(() => expect(() => two !== null && cursor.descend('two', two)).toThrow('EACCES'));
      fs.chmodSync(path.join(root, 'parent'), 0o755);
      expect(two !== null && cursor.descend('two', two)).toBe(true);
    });

    test('the way up may be longer than any path', () => {
      const depth = 3000;
      const script = `process.chdir(${JSON.stringify(top)}); const fs = require('node:fs'); fs.mkdirSync('root'); ` +
        `process.chdir('root'); fs.mkdirSync('aside');
        for (let i = 0; i < ${depth}; i++) { fs.mkdirSync('d'); process.chdir('d'); }`;
      expect(spawnSync(process.execPath, ['-e', script]).status).toBe(0);
      try {
        open();
        const aside = cursor.lstat('aside');
        for (let i = 0; i < depth; i++) descend('d');
        for (let i = 0; i < depth; i++) cursor.ascend();
        expect(aside !== null && cursor.descend('aside', aside)).toBe(true);
        expect(cursor.names()).toEqual([]);
      } finally {
        cursor.close();
        spawnSync('rm', ['-rf', root]);
      }
    });
  });

  describe('a cursor in a worker thread', () => {
    /** What a walk of all of `root` in another thread, suspended in each directory, finds; and what it has left open. */
    async function walkInThread(): Promise<{ readonly paths: string[]; readonly held: number }> {
      const module = bundleModule('realdir/walk/directory-cursor', path.join(top, 'built'));
      const script = `
        import { readdirSync } from 'node:fs';
        import { parentPort } from 'node:worker_threads';
        import { DirectoryCursor } from ${JSON.stringify(module)};
        const open = () => readdirSync('/proc/self/fd').length;
        const before = open();
        const cursor = DirectoryCursor.open(${JSON.stringify(root)}, { root: ${JSON.stringify(root)} });
        const paths = [];
        const visit = (directory) => {
          for (const name of cursor.names().sort()) {
            const stat = cursor.lstat(name);
            paths.push(directory + name);
            if (stat.kind !== 'directory' || !cursor.descend(name, stat)) continue;
            visit(directory + name + '/');
            cursor.suspend();
            cursor.ascend();
          }
        };
        visit('');
        cursor.close();
        parentPort.postMessage({ paths, held: open() - before });`;
      fs.writeFileSync(path.join(top, 'worker.mjs'), script);
      const [found] = (await once(new Worker(path.join(top, 'worker.mjs')), 'message')) as [{ paths: string[]; held: number }];
      return found;
    }

    test('walks a tree as it does in the main thread, and leaves no descriptor open', async () => {
      buildTree(root, { [`${DEEP.join('/')}/deepest`]: '', 'a/b/c': '', 'a/d': '', z: '', link: { symlink: 'z' } });
      const { paths, held } = await walkInThread();
      expect(paths.sort()).toEqual((fs.readdirSync(root, { recursive: true }) as string[]).sort());
      expect(held).toBe(0);
      open();
    });
  });
}
