import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { readBounded, withRegularFile } from '../../../src/realdir/read/read-bounded.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';

let dir: string;
const at = (name: string) => path.join(dir, name);
const text = (name: string, max: number) => readBounded(at(name), max)?.bytes.toString();

beforeAll(() => {
  dir = buildTree(tempDir(), {
    file: 'hello',
    empty: '',
    large: { sparse: 2 ** 31 },
    'sub/x': '',
    link: { symlink: 'file' },
    loop: { symlink: 'loop' },
    zeros: { symlink: '/dev/zero' },
    fifo: { fifo: true },
  });
});

describe('readBounded', () => {
  test('reads no more than asked for and says so', () => {
    expect(readBounded(at('file'), 5)).toEqual({ bytes: Buffer.from('hello'), truncated: false });
    expect(readBounded(at('file'), 4)).toEqual({ bytes: Buffer.from('hell'), truncated: true });
    expect(readBounded(at('empty'), 0)).toEqual({ bytes: Buffer.alloc(0), truncated: false });
    expect(readBounded(at('large'), 10)?.truncated).toBe(true);
  });

  test('reads files whose size is not known beforehand', () => {
    expect(readBounded('/proc/self/status', 1 << 20)?.bytes.toString()).toContain('VmPeak');
    expect(readBounded('/proc/kallsyms', 10_000)).toMatchObject({ truncated: true });
    expect(readBounded('/proc/kallsyms', 10_000)?.bytes).toHaveLength(10_000);
  });

  test('there is no content in what is no regular file', async () => {
    for (const name of ['missing', 'file/x', 'sub', 'link', 'loop', 'zeros', 'fifo', 'x'.repeat(300), 'file\0x']) {
      expect(text(name, 100), name).toBeUndefined();
    }
    expect(readBounded('/dev/tty', 1)).toBeNull();
    const server = net.createServer().listen(at('socket'));
    await once(server, 'listening');
    expect(text('socket', 100)).toBeUndefined();
    server.close();
  });

  test('does not wake up a writer that waits at a FIFO', async () => {
    const writer = spawn('sh', ['-c', 'echo > fifo; touch woken'], { cwd: dir });
    await setTimeout(100);
    expect(text('fifo', 100)).toBeUndefined();
    await setTimeout(200);
    expect(fs.existsSync(at('woken'))).toBe(false);
    writer.kill('SIGKILL');
  });

  test('errors other than a missing file are thrown', () => {
    fs.chmodSync(dir, 0o755);
    fs.writeFileSync(at('secret'), 'x', { mode: 0 });
    asNobody(() => expect(() => readBounded(at('secret'), 1)).toThrow('EACCES'));
  });

  test('leaves the access time of own files alone', () => {
    fs.utimesSync(at('file'), new Date(0), new Date(1000));
    readBounded(at('file'), 10);
    expect(fs.statSync(at('file')).atimeMs).toBe(0);
  });
});

test('withRegularFile closes the file whatever happens', () => {
  const open = () => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  for (let round = 0; round < 3; round += 1) {
    expect(() =>
      withRegularFile(at('file'), () => {
        throw new Error('no');
      }),
    ).toThrow('no');
  }
  expect(open()).toBe(before);
});
