import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BaseCache } from '../../../src/git/objects/base-cache.js';
import { oidFromHex } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { PackFile } from '../../../src/git/packs/pack-file.js';
import { git } from '../../harness/index.js';
import { newRepository } from '../repository.js';

test('objects are what they are in a process that has opened very many packs before', () => {
  const { dir, gitDir } = newRepository();
  // Chains of small deltas: their bases lie close together in the pack.
  const common = Array.from({ length: 60 }, (_, line) => `line ${line} of all files\n`).join('');
  for (let count = 0; count < 200; count += 1)
    fs.writeFileSync(path.join(dir, `file-${count}`), `${common}${count}\n`.repeat(1 + (count % 3)));
  git(['add', '-A'], dir);
  git(['commit', '-q', '-m', 'one'], dir);
  git(['repack', '-adfq', '--depth=100', '--window=100'], dir);
  const others = Array.from({ length: 300_000 }, () => new PackFile('/nowhere.pack', new BaseCache()));
  expect(others.some((pack) => pack.isOpen)).toBe(false);

  const reader = ObjectReader.open(gitDir);
  const names = git(['ls-tree', '-r', '--format=%(objectname) %(path)', 'HEAD'], dir).split('\n').map((line) => line.split(' '));
  expect(names).toHaveLength(200);
  // Twice: what the first round has left in the cache serves the second one.
  for (const [oid = '', name = ''] of [...names, ...names]) {
    const expected = fs.readFileSync(path.join(dir, name));
    expect(reader.readBlob(oidFromHex(oid)).equals(expected), name).toBe(true);
  }
  reader.close();
});
