import fs from 'node:fs';
import { expect, test } from 'vitest';
import { createLock, isLockOfDeadOwner, removeLockOfDeadOwner } from '../../src/storage/lock-owner.js';
import { ownProcess } from '../../src/util/process/process-identity.js';
import { tempDir } from '../harness/index.js';

test('the owner of a lock is dead if it was here, in an earlier boot; another machine of the same name is not here', () => {
  const lock = `${tempDir()}/x.lock`;
  const { machine: _machine, ...older } = { ...ownProcess(), boot: 'an earlier one' };
  const owners = {
    here: ownProcess(),
    earlier: { ...ownProcess(), boot: 'an earlier one' },
    elsewhere: { ...older, machine: 'another' },
    older,
  };
  const isDead = Object.entries(owners).map(([name, owner]) => {
    fs.writeFileSync(lock, JSON.stringify({ 'git-fso': owner }));
    return [name, isLockOfDeadOwner(lock)];
  });
  expect(Object.fromEntries(isDead)).toEqual({ here: false, earlier: true, elsewhere: false, older: true });
});

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
