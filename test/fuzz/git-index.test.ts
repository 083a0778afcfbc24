import { createHash } from 'node:crypto';
import fs from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedIndexError, readIndexFile } from '../../src/git/index/index-reader.js';
import { git, tempDir } from '../harness/index.js';
import { fuzz, unlessRefused } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const CHECKSUM_BYTES = 20;
const PATHS = ['a', 'a.b', 'd/e/f', 'd/e/g', `d/${'long'.repeat(80)}`, 'z\xff'];

/** Index files that Git wrote, without their checksums. */
function makeLanguage(): Language {
  const dir = tempDir();
  git(['init', '-q'], dir);
  const valid = ['2', '3', '4'].map((version) => {
    for (const path of PATHS) git(['update-index', '--add', '--cacheinfo', `100644,${'12'.repeat(20)},${path}`], dir);
    if (version === '3') git(['update-index', '--skip-worktree', 'a'], dir);
    git(['update-index', `--index-version=${version}`, '--force-write-index'], dir);
    return fs.readFileSync(`${dir}/.git/index`).subarray(0, -CHECKSUM_BYTES);
  });
  const words = [
    'DIRC',
    '\0\0\0\x02',
    '\0\0\0\x04',
    '\xff\xff\xff\xff',
    '\0\0\0\x01',
    '\0',
    '\x80',
    '\xff'.repeat(12),
    'TREE',
    'link',
    '\x40\x01',
    ...PATHS,
  ];
  return { words, valid };
}

function readWith(file: string, body: Buffer, isHashed: boolean): void {
  fs.writeFileSync(file, Buffer.concat([body, isHashed ? createHash('sha1').update(body).digest() : Buffer.alloc(CHECKSUM_BYTES)]));
  unlessRefused(null, () => {
    const entries = [...(readIndexFile(file)?.entries() ?? [])];
    expect(entries).toHaveLength(body.readUInt32BE(8));
    for (const { path, oid, stage } of entries) {
      expect(path).not.toContain('\0');
      expect([oid.length, stage & ~3]).toEqual([20, 0]);
    }
    return entries;
  }, DamagedIndexError);
}

const language = makeLanguage();

test('an index of Git is entries or an error, whatever is damaged', () => {
  const file = `${tempDir()}/index`;
  for (const body of language.valid) {
    readWith(file, body as Buffer, true);
    expect(Array.from(readIndexFile(file)?.entries() ?? [], ({ path }) => path)).toEqual(
      PATHS.map((path) => Buffer.from(path).toString('latin1')),
    );
  }
  fuzz(fc.tuple(hostile(language), fc.boolean()), ([body, isHashed]) => readWith(file, body, isHashed));
});

test('an index of Git takes no more than its time', () => {
  const file = `${tempDir()}/index`;
  fuzz(long(language), (body) => readWith(file, body, true), { share: 0.01 });
});
