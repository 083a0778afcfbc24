import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { MissingObjectError } from '../../../src/git/objects/object-errors.js';
import { oidFromHex } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { git } from '../../harness/index.js';
import { newRepository } from '../repository.js';

const { readdirSync } = fs;

afterEach(() => {
  fs.readdirSync = readdirSync;
  syncBuiltinESMExports();
});

/** Renames the pack right after it was listed, so many times: what a `git gc` in a loop does to who looks. */
function swapWhenListed(directory: string, times: number): void {
  let left = times;
  const swapping = (...args: Parameters<typeof readdirSync>): unknown => {
    const names = readdirSync(...args);
    if (args[0] === directory && left > 0) {
      left -= 1;
      for (const name of readdirSync(directory)) {
        fs.renameSync(path.join(directory, name), path.join(directory, `pack-${left}${path.extname(name)}`));
      }
    }
    return names;
  };
  fs.readdirSync = swapping as typeof readdirSync;
  syncBuiltinESMExports();
}

test('an object is found although packs are swapped again and again while we look', () => {
  const { dir, gitDir } = newRepository();
  git(['commit', '-q', '--allow-empty', '-m', 'one'], dir);
  git(['gc', '-q'], dir);
  const oid = oidFromHex(git(['rev-parse', 'HEAD'], dir));
  swapWhenListed(`${gitDir}/objects/pack`, 5);
  const reader = ObjectReader.open(gitDir);
  expect(reader.readCommit(oid).message).toBe('one\n');
  expect(() => reader.read(oidFromHex('12'.repeat(20)))).toThrow(MissingObjectError);
  reader.close();
});
