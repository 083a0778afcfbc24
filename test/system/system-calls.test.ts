import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { OwnMemory } from '../../src/system/own-memory.js';
import { STATX_BYTES, systemCalls } from '../../src/system/system-calls.js';

const calls = systemCalls();
const dir = mkdtempSync(path.join(tmpdir(), 'system-calls-'));
afterAll(() => rmSync(dir, { recursive: true }));

const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;

describe.skipIf(calls === null)('system calls, where koffi can be loaded', () => {
  if (calls === null) return;

  test('statx tells what Node tells, of a name in any bytes', () => {
    const file = Buffer.from(`${dir}/\xe9\xff`, 'latin1');
    writeFileSync(file, 'seven b');
    const memory = new OwnMemory(calls, STATX_BYTES + 8192);
    file.copy(memory.bytes, STATX_BYTES);
    const fd = openSync('/', 'r');
    expect(calls.statx(fd, memory.address + STATX_BYTES, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, memory.address)).toBe(0);
    closeSync(fd);
    expect(memory.bytes.readBigUInt64LE(40)).toBe(7n);
    expect(memory.bytes.readBigUInt64LE(32)).toBe(statSync(file, { bigint: true }).ino);
  });

  test('errno is that of the call before', () => {
    const memory = new OwnMemory(calls, 8192);
    memory.bytes.write(`${dir}/missing\0`);
    expect(calls.openat(-100, memory.address, 0)).toBe(-1);
    expect(calls.errno()).toBe(constants.errno.ENOENT);
    expect(calls.close(-1)).toBe(-1);
    expect(calls.errno()).toBe(constants.errno.EBADF);
  });
});

test('there are none where native code may not be loaded', () => {
  const script = "import('./dist/system/system-calls.js').then(({ systemCalls }) => console.log(systemCalls() === null))";
  const cwd = path.join(import.meta.dirname, '../..');
  const { stdout } = spawnSync(process.execPath, ['--no-addons', '-e', script], { encoding: 'utf8', cwd });
  expect(stdout.trim()).toBe('true');
});
