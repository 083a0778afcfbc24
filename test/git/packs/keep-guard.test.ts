import fs from 'node:fs';
import { expect, test } from 'vitest';
import { KeepGuard } from '../../../src/git/packs/keep-guard.js';
import { isOurLock } from '../../../src/storage/lock-owner.js';
import { newRepository } from '../repository.js';

test('guards of ours are told from those of others', () => {
  const { gitDir } = newRepository();
  const dir = `${gitDir}/objects/pack`;
  KeepGuard.create(`${dir}/pack-1.keep`);
  fs.writeFileSync(`${dir}/pack-2.keep`, '');
  fs.writeFileSync(`${dir}/pack-3.keep`, 'receive-pack 1234 on host\n');
  expect([1, 2, 3, 4].map((number) => isOurLock(`${dir}/pack-${number}.keep`))).toEqual([true, false, false, false]);
});

test('a guard that somebody else holds is not released by us', () => {
  const { gitDir } = newRepository();
  const path = `${gitDir}/objects/pack/pack-1.keep`;
  const owner = KeepGuard.create(path);
  KeepGuard.create(path).release();
  expect(fs.existsSync(path)).toBe(true);
  owner.release();
  owner.release();
  expect(fs.existsSync(path)).toBe(false);
});
