import { spawnSync } from 'node:child_process';
import fs, { closeSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { placeOf } from '../../../src/realdir/reach/open-step.js';
import { holdRealdir } from '../../../src/realdir/reach/reach.js';
import { openRegular } from '../../../src/realdir/read/read-bounded.js';
import { errnoOf } from '../../../src/util/errors.js';
import { startLoop, swapBody } from '../../hostile/swapper.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';
import { bundleModule } from '../../harness/bundle-module.js';

const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;

function namesAt(realdir: string, root: string | null): string[] {
  const fd = holdRealdir(realdir, { root });
  try {
    return readdirSync(placeOf(fd)).sort();
  } finally {
    closeSync(fd);
  }
}

describe('from a root', () => {
  test('no symbolic link is followed below it, whoever owns it; the root itself may be one', () => {
    const top = buildTree(tempDir(), {
      'root/a/p/file': '', 'root/link': { symlink: 'a' }, 'root/a/self': { symlink: 'p' }, 'victim/secret': '', named: { symlink: 'root' },
    });
    expect(namesAt(`${top}/root/a/p`, `${top}/root`)).toEqual(['file']);
    expect(namesAt(`${top}/named/a/p`, `${top}/named`)).toEqual(['file']);
    expect(() => namesAt(`${top}/root/link/p`, `${top}/root`)).toThrow(`${top}/root/link/p: ${top}/root/link became a symbolic link`);
    expect(() => namesAt(`${top}/root/a/self`, `${top}/root`)).toThrow(`${top}/root/a/self: became a symbolic link`);
    expect(() => DirectoryCursor.open(`${top}/root/a/self`, { root: `${top}/root` })).toThrow('became a symbolic link');
    expect(DirectoryCursor.open(`${top}/root/a/none`, { root: `${top}/root` })).toBeNull();
  });

  test('whoever swaps a directory above the realdir, or the realdir, leads nobody away', async () => {
    const top = buildTree(tempDir(), {
      'root/a/p/own': '',
      'root/la': { symlink: '../victim' },
      'victim/p/secret': '',
      'victim/secret': '',
      'root/a/lp': { symlink: '../../victim' },
    });
    const [a, p] = [`${top}/root/a`, `${top}/root/a/p`];
    const loop = await startLoop(swapBody(p, `${a}/lp`) + swapBody(a, `${top}/root/la`));
    let seen = 0;
    for (let round = 0; round < 10_000; round += 1) {
      try {
        expect(namesAt(p, `${top}/root`)).toEqual(['own']);
        seen += 1;
      } catch (error) {
        const isRefused = /became a symbolic link/.test(String(error)) || ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
        if (!isRefused) throw error;
      }
    }
    await loop.end();
    expect(seen).toBeGreaterThan(0);
  });
});

describe('by hand', () => {
  test('a link on the way is followed if root or whoever runs this owns it', ({ skip }) => {
    skip(!isRoot, 'needs root');
    const top = buildTree(tempDir(), {
      'dir/p/file': '',
      link: { symlink: 'dir' },
      foreign: { symlink: 'dir' },
      'dir/up': { symlink: '../link/./p' },
      circle: { symlink: 'circle' },
    });
    fs.lchownSync(`${top}/foreign`, NOBODY, NOBODY);
    fs.chmodSync(top, 0o755);
    expect(namesAt(`${top}/link/p`, null)).toEqual(['file']);
    expect(namesAt(`${top}/dir/up`, null)).toEqual(['file']);
    expect(() => namesAt(`${top}/circle`, null)).toThrow('leads nowhere');
    expect(() => namesAt(`${top}/foreign/p`, null)).toThrow(`${top}/foreign is a symbolic link of somebody else`);
    asNobody(() => {
      expect(namesAt(`${top}/foreign/p`, null)).toEqual(['file']);
      expect(namesAt(`${top}/link/p`, null)).toEqual(['file']);
    });
  });

  test('a link that is swapped for one of somebody else is not followed', async ({ skip }) => {
    skip(!isRoot, 'needs root');
    const top = buildTree(tempDir(), { 'dir/own': '', 'victim/secret': '', link: { symlink: 'dir' }, other: { symlink: 'victim' } });
    fs.lchownSync(`${top}/other`, NOBODY, NOBODY);
    const loop = await startLoop(swapBody(`${top}/link`, `${top}/other`));
    for (let round = 0; round < 30; round += 1) {
      try {
        expect(namesAt(`${top}/link`, null)).toEqual(['own']);
      } catch (error) {
        // A link that was there when it was opened may be gone when it is looked at.
        if (!/symbolic link|ENOENT|ENOTDIR/.test(String(error))) throw error;
      }
    }
    await loop.end();
  });
});

test('a FIFO that takes the place of a file is never opened', async () => {
  const dir = tempDir();
  fs.writeFileSync(`${dir}/file`, 'x');
  spawnSync('mkfifo', [`${dir}/fifo`]);
  // A FIFO can be opened for writing without waiting only while somebody has it open for reading.
  const probe = `attempt(() => fs.openSync(${JSON.stringify(`${dir}/file`)}, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK))`;
  const a = JSON.stringify(`${dir}/file`);
  const loop = await startLoop(`
    fs.renameSync(${a}, ${a} + '.away'); fs.renameSync(${JSON.stringify(`${dir}/fifo`)}, ${a});
    for (let i = 0; i < 5; i += 1) { const fd = ${probe}; if (fd !== undefined) { console.log('the FIFO was open'); fs.closeSync(fd); } }
    fs.renameSync(${a}, ${JSON.stringify(`${dir}/fifo`)}); fs.renameSync(${a} + '.away', ${a});`);
  const results = { file: 0, other: 0 };
  for (let round = 0; round < 10_000; round += 1) {
    try {
      const fd = openRegular(`${dir}/file`);
      results[fd === null ? 'other' : 'file'] += 1;
      if (fd !== null) closeSync(fd);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
  expect(await loop.end()).not.toContain('was open');
  expect(Math.min(results.file, results.other)).toBeGreaterThan(0);
});

test('in a worker thread, where the working directory is fixed, a walk holds its directory', async () => {
  const top = buildTree(tempDir(), { 'root/d/e/own': '', 'victim/e/secret': '' });
  const script = `
    const { DirectoryCursor } = await import(${JSON.stringify(bundleModule('realdir/walk/directory-cursor', path.join(top, 'built')))});
    const { renameSync, symlinkSync } = await import('node:fs');
    const { parentPort } = await import('node:worker_threads');
    const cursor = DirectoryCursor.open(${JSON.stringify(`${top}/root`)}, { root: ${JSON.stringify(`${top}/root`)} });
    const d = cursor.lstat('d');
    cursor.descend('d', d);
    renameSync(${JSON.stringify(`${top}/root/d`)}, ${JSON.stringify(`${top}/root/x`)});
    symlinkSync('../victim', ${JSON.stringify(`${top}/root/d`)});
    const e = cursor.lstat('e');
    const entered = cursor.descend('e', e);
    parentPort.postMessage([entered, cursor.names()]);
    cursor.ascend();
    cursor.close();`;
  fs.writeFileSync(`${top}/worker.mjs`, script);
  const worker = new Worker(`${top}/worker.mjs`);
  expect((await once(worker, 'message'))[0]).toEqual([true, ['own']]);
});
