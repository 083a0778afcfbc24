import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { makeDirectoryDurable, makeOneDirectoryDurable, syncTree, writeFileDurable } from '../../src/storage/durable-file.js';
import { ObjectWriter } from '../../src/git/objects/object-writer.js';
import { writeFailure } from '../../src/storage/write-failure.js';
import { runProcess, tempDir } from '../harness/index.js';
import { bundleProgram, filesBelow, newRepository } from '../git/repository.js';

const umask = process.umask();
afterEach(() => process.umask(umask));

/**
 * The calls that a program makes, as strace prints them, without those of starting Node. Only those of the main
 * thread, which makes all of them: what other threads do at the same time would cut its lines in two.
 */
async function systemCalls(body: string, ...args: string[]): Promise<string[]> {
  const program = await bundleProgram(`
    import { existsSync } from 'node:fs';
    import { syncTree, writeFileDurable } from './storage/durable-file.js';
    import { ObjectWriter } from './git/objects/object-writer.js';
    const [dir] = process.argv.slice(2);
    existsSync('/start-of-test');
    ${body}`);
  const log = `${tempDir()}/strace`;
  const calls = 'trace=openat,fsync,rename,link,fchmod,chmod,mkdir,unlink,access';
  const result = await runProcess('strace', ['-y', '-o', log, '-e', calls, process.execPath, program, ...args]);
  expect(result.status, result.stderr.toString()).toBe(0);
  const lines = fs.readFileSync(log, 'utf8').split('\n');
  return lines.slice(lines.findIndex((line) => line.includes('/start-of-test')) + 1);
}

const hasStrace = await runProcess('strace', ['-o', '/dev/null', 'true']).then(({ status }) => status === 0, () => false);

test('a directory that somebody removes while it is made is made again', async () => {
  const directory = `${tempDir()}/new`;
  const remover = spawn(process.execPath, ['-e', `
    const fs = require('node:fs');
    console.log('ready');
    for (;;) try { fs.rmdirSync(process.argv[1]); } catch {}`, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(remover.stdout, 'data');
    for (let i = 0; i < 800; i++) expect(() => makeOneDirectoryDurable(directory, 0o750)).not.toThrow();
  } finally {
    remover.kill();
  }
});

describe('writing a file', () => {
  test('replaces it as a whole, bytes in the name and exact mode included', () => {
    const dir = tempDir();
    process.umask(0o077);
    writeFileDurable(`${dir}/caf\xe9`, 'gr\u00fcn\n', 0o644);
    writeFileDurable(`${dir}/caf\xe9`, Buffer.from('new\n'), 0o644);
    writeFileDurable(`${dir}/private`, 'x');
    expect(fs.readdirSync(dir, 'latin1').sort()).toEqual(['caf\xe9', 'private']);
    const file = Buffer.from(`${dir}/caf\xe9`, 'latin1');
    expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode & 0o777]).toEqual(['new\n', 0o644]);
    expect(fs.statSync(`${dir}/private`).mode & 0o777).toBe(0o600);
  });

  test('that fails leaves the old file and no other, and says what to do', () => {
    const dir = tempDir();
    fs.mkdirSync(`${dir}/target`);
    fs.writeFileSync(`${dir}/target/keep`, '');
    expect(() => writeFileDurable(`${dir}/target`, 'x')).toThrow(`${dir}/target: cannot be written: illegal operation on a directory`);
    expect(fs.readdirSync(dir)).toEqual(['target']);
    expect(() => writeFileDurable(`${dir}/none/file`, 'x')).toThrow(/none\/file: cannot be written: no such file or directory/);
    const quota = Object.assign(new Error('Unknown system error -122'), { code: 'Unknown system error -122', errno: -122 });
    expect(writeFailure('/a', quota)).toMatchObject({ message: '/a: cannot be written: Disk quota exceeded', remedy: /quota/ });
  });

  test.skipIf(!hasStrace)('syncs content, then renames, then syncs the directory (needs strace)', async () => {
    const dir = tempDir();
    const calls = await systemCalls("writeFileDurable(dir + '/file', 'x', 0o640);", dir);
    const steps = calls.flatMap(
      (call) =>
        /^(\w+)\(.*?(?:<|")(\/[^<>"]*)[>"]/
          .exec(call.replace(/AT_FDCWD(<.*?>)?/, ''))
          ?.slice(1, 3)
          .join(' ') ?? [],
    );
    const named = steps.filter((step) => step.includes(dir)).map((step) => step.replace(/file\.fso-tmp-\w+\.lock/, 'temporary'));
    expect(named).toEqual([
      `openat ${dir}/temporary`,
      `fchmod ${dir}/temporary`,
      `fsync ${dir}/temporary`,
      `rename ${dir}/temporary`,
      `openat ${dir}`,
      `fsync ${dir}`,
    ]);
  });
});

describe('directories', () => {
  test('are made with their parents, in exactly the mode; existing ones stay as they are', () => {
    const dir = tempDir();
    process.umask(0o027);
    makeDirectoryDurable(`${dir}/a/b/c`, 0o2775);
    makeDirectoryDurable(`${dir}/a`, 0o700);
    makeDirectoryDurable(`${dir}/d`);
    expect(['a', 'a/b', 'a/b/c', 'd'].map((name) => fs.statSync(`${dir}/${name}`).mode & 0o7777)).toEqual([0o2775, 0o2775, 0o2775, 0o700]);
    fs.writeFileSync(`${dir}/file`, '');
    expect(() => makeDirectoryDurable(`${dir}/file`)).toThrow(/file: cannot be written: file already exists/);
    expect(() => makeDirectoryDurable(`${dir}/file/x`)).toThrow(/cannot be written/);
  });

  test.skipIf(!hasStrace)('are synced with everything below them (needs strace)', async () => {
    const dir = tempDir();
    fs.mkdirSync(`${dir}/top/a/b`, { recursive: true });
    for (const file of ['top/x', 'top/a/y', 'top/a/b/z']) fs.writeFileSync(`${dir}/${file}`, file);
    fs.symlinkSync('/nowhere', `${dir}/top/link`);
    const calls = await systemCalls("syncTree(dir + '/top');", dir);
    const synced = calls.flatMap((call) => /^fsync\(\d+<(.*?)>\)/.exec(call)?.[1] ?? []);
    expect(synced.map((file) => file.slice(dir.length + 1)).sort()).toEqual(['top', 'top/a', 'top/a/b', 'top/a/b/z', 'top/a/y', 'top/x']);
    syncTree(`${dir}/top`);
  });
});

describe('new objects', () => {
  test.skipIf(!hasStrace).each([
    [3, 'loose'],
    [200, 'pack'],
  ])('%i of them (%s) are synced before they get their names (needs strace)', async (count) => {
    const { gitDir } = newRepository();
    const calls = await systemCalls(
      `
      const writer = ObjectWriter.open(dir);
      for (let i = 0; i < ${count}; i++) writer.writeBlob('record ' + i);
      writer.finish();`,
      gitDir,
    );
    const synced = new Set<string>();
    const renamedIn = new Set<string>();
    for (const call of calls) {
      const fsynced = /^fsync\(\d+<(.*?)>\)/.exec(call)?.[1];
      if (fsynced !== undefined) {
        synced.add(fsynced);
        renamedIn.delete(fsynced);
      }
      const [, from = '', to = ''] = /^rename\("(.*?)", "(.*?)"\) += 0/.exec(call) ?? [];
      if (from === '') continue;
      expect(synced.has(from), `${from} synced before it is renamed`).toBe(true);
      renamedIn.add(to.slice(0, to.lastIndexOf('/')));
    }
    expect(synced.size).toBeGreaterThan(2);
    expect([...renamedIn]).toEqual([]);
    const made = filesBelow(`${gitDir}/objects`, /^[0-9a-f]{2}\/|^pack\//);
    expect(made.every((file) => (fs.statSync(`${gitDir}/objects/${file}`).mode & 0o222) === 0 || file.endsWith('.keep'))).toBe(true);
    const names = calls.flatMap((call) => /^(?:rename|link)\(".*?", "(.*?\.(?:keep|pack|idx))"/.exec(call)?.[1] ?? []);
    expect(names.map((name) => name.slice(name.lastIndexOf('.')))).toEqual(count > 50 ? ['.keep', '.pack', '.idx'] : []);
  });

  test('on a full disk are an error that names the place; nothing stays behind', async () => {
    const program = await bundleProgram(`
      import { randomBytes } from 'node:crypto';
      import { ObjectWriter } from './git/objects/object-writer.js';
      const [dir, count, size] = process.argv.slice(2);
      const writer = ObjectWriter.open(dir);
      try {
        for (let i = 0; i < Number(count); i++) writer.writeBlob(randomBytes(Number(size)));
        writer.finish();
      } catch (error) {
        writer.abort();
        console.log(error.name + '|' + error.message + '|' + error.remedy);
      }`);
    const { gitDir } = newRepository();
    const inSmallDisk = `mount -t tmpfs -o size=256k none "$1/objects" && mkdir "$1/objects/pack" && "$2" "$3" "$1" "$4" "$5" && ` +
      `find "$1/objects" -type f`;
    for (const [count, size] of [['2000', '400'], ['20', '900000']]) {
      const result = await runProcess('unshare', [
        '-rm',
        'sh',
        '-c',
        inSmallDisk,
        'sh',
        gitDir,
        process.execPath,
        program,
        count ?? '',
        size ?? '',
      ]);
      if (/unshare|mount/.test(result.stderr.toString())) return;
      expect(result.stdout.toString()).toMatch(/^FsoError\|.*\/objects\/.*: cannot be written: no space left on device\|free space.*\n$/);
    }
  });

  test('nowhere are an error; the repository is not made anew', () => {
    const dir = tempDir();
    const writer = ObjectWriter.open(`${dir}/gone/.git`);
    writer.writeBlob('x');
    expect(() => writer.finish()).toThrow(/cannot be written: no such file or directory/);
    const many = ObjectWriter.open(`${dir}/gone/.git`);
    expect(() => { for (let i = 0; i < 60; i++) many.writeBlob(`${i}`); }).toThrow(/cannot be written: no such file or directory/);
    expect(fs.readdirSync(dir)).toEqual([]);
  });
});
