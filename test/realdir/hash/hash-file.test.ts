import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { hashFile } from '../../../src/realdir/hash/hash-file.js';
import type { ExpectedFile, HashOptions } from '../../../src/realdir/hash/hash-file.js';
import { lstatPrecise } from '../../../src/realdir/stat/lstat.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';

const UNSTABLE = { stable: false };

let dir: string;
const at = (name: string) => path.join(dir, name);
beforeEach(() => {
  dir = tempDir();
});

function seen(name: string): ExpectedFile {
  const stat = lstatPrecise(bytesOfText(at(name)));
  if (stat === null) throw new Error(`${name} is missing`);
  return stat;
}

const hash = (name: string, expected = seen(name), options: HashOptions = {}) => hashFile(bytesOfText(at(name)), expected, options);
const digest = (algorithm: string, content: Buffer) => createHash(algorithm).update(content).digest('hex');

/** Does something once, when the first bytes have been read. */
function once(action: () => void): HashOptions {
  let done = false;
  return {
    onBytes: () => {
      if (!done) action();
      done = true;
    },
  };
}

describe('hashFile', () => {
  test.each([0, 1, 100, 65_535, 65_536, 65_537, 200_000])('%d bytes', (size) => {
    const content = Buffer.alloc(size, 'git-fso ');
    fs.writeFileSync(at('file ü'), content);
    let counted = 0;
    const result = hash('file ü', seen('file ü'), { onBytes: (bytes) => (counted += bytes) });
    expect(result).toEqual({ stable: true, sha1: digest('sha1', content), sha256: digest('sha256', content), bytes: size });
    expect(counted).toBe(size);
  });

  test.each([100, 200_000])('a file of %d bytes that changes is not taken', (size) => {
    const write = (content = Buffer.alloc(size)) => fs.writeFileSync(at('file'), content);
    write();
    const before = seen('file');

    expect(hash('file', before, once(() => fs.appendFileSync(at('file'), 'more')))).toEqual(UNSTABLE);
    write();
    expect(hash('file', before)).toEqual(UNSTABLE);
    expect(hash('file', seen('file'), once(() => fs.truncateSync(at('file'), 10)))).toEqual(UNSTABLE);
    write();
    expect(hash('file').stable).toBe(true);
  });

  test('a modification time that was set back does not hide a change', () => {
    fs.writeFileSync(at('file'), Buffer.alloc(200_000));
    fs.utimesSync(at('file'), 1000, 1000);
    const tamper = () => {
      fs.writeFileSync(at('file'), Buffer.alloc(200_000, 'x'));
      fs.utimesSync(at('file'), 1000, 1000);
    };
    expect(hash('file', seen('file'), once(tamper))).toEqual(UNSTABLE);
  });

  test('a file that grows is not followed', () => {
    fs.writeFileSync(at('log'), Buffer.alloc(200_000));
    let counted = 0;
    const onBytes = (bytes: number) => {
      counted += bytes;
      fs.appendFileSync(at('log'), Buffer.alloc(100_000));
    };
    expect(hash('log', seen('log'), { onBytes })).toEqual(UNSTABLE);
    expect(counted).toBe(200_000);
  });

  test('what took the place of the file is not read', () => {
    buildTree(dir, { file: 'x', other: 'x', link: { symlink: 'file' }, fifo: { fifo: true }, sub: null });
    for (const name of ['file', 'other']) fs.utimesSync(at(name), 1000, 1000);
    const expected = seen('file');
    for (const name of ['other', 'link', 'fifo', 'sub', 'missing', 'file/x']) expect(hash(name, expected), name).toEqual(UNSTABLE);
    expect(hashFile('/dev/zero', expected)).toEqual(UNSTABLE);
  });

  test('errors name the file', () => {
    fs.chmodSync(dir, 0o755);
    fs.writeFileSync(at('secret'), 'x', { mode: 0 });
    const expected = seen('secret');
    asNobody(() => expect(() => hash('secret', expected)).toThrow(/EACCES.*secret/));
    // It says that it is empty, which is not taken for granted; reading from the start of the address space fails.
    const memory = '/proc/self/mem';
    const stat = lstatPrecise(memory);
    expect(() => stat && hashFile(memory, stat)).toThrow(/EIO.*\/proc\/self\/mem/);
    const status = lstatPrecise('/proc/self/status');
    expect(status && hashFile('/proc/self/status', status)).toEqual({ stable: false, exceedsSize: true });
  });

  test('can be cancelled', () => {
    fs.writeFileSync(at('file'), Buffer.alloc(200_000));
    const controller = new AbortController();
    let counted = 0;
    const onBytes = (bytes: number) => {
      counted += bytes;
      controller.abort();
    };
    expect(() => hash('file', seen('file'), { signal: controller.signal, onBytes })).toThrow('cancelled');
    expect(counted).toBe(65_536);
  });

  test('leaves nothing open', () => {
    fs.writeFileSync(at('file'), 'x');
    const open = () => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    for (let round = 0; round < 5; round += 1) {
      hash('file');
      expect(() => hash('file', seen('file'), { signal: AbortSignal.abort() })).toThrow('cancelled');
    }
    expect(open()).toBe(before);
  });
});
