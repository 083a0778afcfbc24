import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IndexEntry, IndexStatus } from '../../../src/git/index/index-entry.js';
import { writeIndexFile } from '../../../src/git/index/index-file.js';
import { readIndexFile } from '../../../src/git/index/index-reader.js';
import { oidFromHex } from '../../../src/git/objects/object-id.js';
import { git, gitBuffer, tempDir } from '../../harness/index.js';

const OID = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

function repository(): { dir: string; index: string } {
  const dir = tempDir();
  git(['init', '-q'], dir);
  git(['hash-object', '-w', '--stdin'], dir);
  return { dir, index: path.join(dir, '.git/index') };
}

function entriesOf(index: string): IndexEntry[] {
  return [...(readIndexFile(index)?.entries() ?? [])];
}

/** Paths without components that Git refuses in an index. */
const component = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))).toString('latin1'))
  .filter((name) => !/^\.|^git~|\.$/i.test(name));
const paths = fc
  .uniqueArray(fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')), { minLength: 1, maxLength: 20 })
  .map((all) => all.filter((one) => !all.some((other) => other.startsWith(`${one}/`))).sort());

describe('readIndexFile', () => {
  test('reads nothing where nothing is', () => {
    expect(readIndexFile(path.join(tempDir(), 'index'))).toBeNull();
  });

  test.each(['2', '3', '4'])('reads what git has written in version %s', (version) => {
    const { dir, index } = repository();
    fc.assert(
      fc.property(paths, (names) => {
        fs.rmSync(index, { force: true });
        const input = Buffer.from(names.map((name) => `100644 ${OID} 0\t${name}\0`).join(''), 'latin1');
        gitBuffer(['-c', `index.version=${version}`, 'update-index', '-z', '--index-info'], dir, { input });
        // Only an entry that is to be added later makes Git write version 3.
        fs.writeFileSync(path.join(dir, 'zz later'), '');
        if (version === '3') git(['add', '--intent-to-add', 'zz later'], dir);
        const expected = gitBuffer(['ls-files', '-s', '-z'], dir).toString('latin1');
        const read = entriesOf(index).map(
          ({ mode, oid, stage, path: name }) => `${mode.toString(8)} ${Buffer.from(oid, 'latin1').toString('hex')} ${stage}\t${name}\0`,
        );
        expect(read.join('')).toBe(expected);
        expect(fs.readFileSync(index).readUInt32BE(4)).toBe(Number(version));
      }),
      { numRuns: 15 },
    );
  });

  test('reads the status of files, and merges that were left unfinished', () => {
    const { dir, index } = repository();
    fs.writeFileSync(path.join(dir, 'file'), 'text\n');
    fs.utimesSync(path.join(dir, 'file'), 1_500_000_000.25, 1_500_000_000.25);
    git(['add', 'file'], dir);
    git(['update-index', '--index-info'], dir, { input: [1, 2, 3].map((stage) => `100644 ${OID} ${stage}\tother\n`).join('') });
    const [file, ...others] = entriesOf(index);
    const { ino } = fs.statSync(path.join(dir, 'file'));
    expect(file).toMatchObject({ path: 'file', size: 5, mtimeSeconds: 1_500_000_000, mtimeNanoseconds: 250_000_000, ino: ino % 2 ** 32 });
    expect(others.map(({ path: name, stage }) => [name, stage])).toEqual([['other', 1], ['other', 2], ['other', 3]]);
  });

  test('never fails but with an error that names the file', () => {
    const { dir, index } = repository();
    fs.writeFileSync(path.join(dir, 'file'), 'text\n');
    git(['add', 'file'], dir);
    const intact = fs.readFileSync(index).subarray(0, -20);
    const damage = fc.array(fc.tuple(fc.nat(intact.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, fc.nat(intact.length), (changes, length) => {
        const bytes = Buffer.from(intact.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        fs.writeFileSync(index, Buffer.concat([bytes, Buffer.alloc(20)]));
        try {
          entriesOf(index);
        } catch (error) {
          expect(String(error)).toMatch(/^DamagedIndexError: .*\/index: /);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('writeIndexFile', () => {
  const status: IndexStatus = {
    ctimeNs: -1n,
    mtimeNs: -1_500_000_000n,
    dev: 2049,
    ino: 2n ** 40n + 5n,
    uid: 1000,
    gid: 100,
    size: 2 ** 33 + 6,
  };

  test('writes what git reads, whatever the paths', () => {
    const { dir, index } = repository();
    fc.assert(
      fc.property(paths, (names) => {
        const entries = names.map((name) => ({ entry: { mode: 0o100644, name, oid: oidFromHex(OID) }, status: null }));
        writeIndexFile(index, entries.length, entries);
        expect(gitBuffer(['ls-files', '-z'], dir).toString('latin1')).toBe(names.map((name) => `${name}\0`).join(''));
        git(['fsck', '--strict', '--no-dangling'], dir);
      }),
      { numRuns: 15 },
    );
  });

  test('keeps 32 bits of each number', () => {
    const { dir, index } = repository();
    writeIndexFile(index, 1, [{ entry: { mode: 0o100644, name: 'file', oid: oidFromHex(OID) }, status }]);
    expect(
      git(['ls-files', '--debug'], dir)
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      'file',
      `ctime: ${2 ** 32 - 1}:999999999`,
      `mtime: ${2 ** 32 - 2}:500000000`,
      'dev: 2049\tino: 5',
      'uid: 1000\tgid: 100',
      'size: 6\tflags: 0',
    ]);
    expect(entriesOf(index)).toMatchObject([{ ino: 5, size: 6, mtimeSeconds: 2 ** 32 - 2, mtimeNanoseconds: 500_000_000 }]);
  });

  test('respects the lock of Git', () => {
    const { index } = repository();
    fs.writeFileSync(`${index}.lock`, '');
    expect(() => writeIndexFile(index, 0, [])).toThrow(/index\.lock: another process holds this lock/);
    expect(fs.existsSync(index)).toBe(false);
  });
});
