import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HeldDirectories } from '../../../src/realdir/reach/held-directories.js';
import { placeOf } from '../../../src/realdir/reach/open-step.js';
import { buildTree, tempDir } from '../../harness/index.js';

test('a descriptor that leads to another directory now is not taken for the one before', () => {
  const root = buildTree(tempDir(), { 'a/f': 'of a', 'b/f': 'of b' });
  const directories = new HeldDirectories();
  const held = ['a', 'b'].map((name) => {
    const fd = fs.openSync(path.join(root, name), 'r');
    const file = directories.hold(`${placeOf(fd)}/f`);
    // The next one gets the same number: what is held in between has others.
    fs.closeSync(fd);
    const again = fs.openSync(path.join(root, name), 'r');
    fs.closeSync(again);
    return { file, fd };
  });
  expect(held.map(({ file }) => fs.readFileSync(file.path, 'latin1'))).toEqual(['of a', 'of b']);
  for (const { file } of held) file.release();
});
