import fs from 'node:fs';
import { expect, test } from 'vitest';
import { createLock, isLockOfDeadOwner, removeLockOfDeadOwner } from '../../src/git/lock-owner.js';
import { ownProcess } from '../../src/util/process-identity.js';
import { tempDir } from '../harness/index.js';

test('what a process with the same number prepares in another container is left alone', () => {
  const dir = tempDir();
  const lock = `${dir}/x.lock`;
  const theirs = ['owner', 'dead'].map((purpose) => `${lock}.fso-${purpose}-${process.pid}.lock`);
  for (const file of theirs) fs.writeFileSync(file, 'theirs');
  expect(createLock(lock)).toBe(true);
  expect(isLockOfDeadOwner(lock)).toBe(false);
  fs.writeFileSync(lock, JSON.stringify({ 'git-fso': { ...ownProcess(), started: '1' } }));
  const { PATH } = process.env;
  process.env['PATH'] = '/nonexistent';
  try {
    removeLockOfDeadOwner(lock);
  } finally {
    process.env['PATH'] = PATH;
  }
  expect(fs.existsSync(lock)).toBe(false);
  for (const file of theirs) expect(fs.readFileSync(file, 'utf8')).toBe('theirs');
});
