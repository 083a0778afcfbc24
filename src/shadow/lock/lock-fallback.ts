import { rmSync } from 'node:fs';
import { createLock, removeLockOfDeadOwner } from '../../storage/lock-owner.js';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { addRecord, liveRecords } from './lock-records.js';
import type { LockRecord } from './lock-records.js';

/**
 * Takes a lock where the program `flock` is missing: the records of the holders are the lock, and a
 * file that only one process can create guards the moment of looking and adding. What `kill -9`
 * leaves is recognised by pid and start time.
 * @returns a function that gives the lock up; null if somebody else has it.
 */
export function tryFallbackLock(path: ByteString, holders: ByteString, mode: LockRecord['mode'], command: string): (() => void) | null {
  return whileAlone(`${path}.mutex`, () => {
    const isFree = liveRecords(holders).every((holder) => mode === 'shared' && holder.mode === 'shared');
    return isFree ? addRecord(holders, command, mode) : null;
  });
}

function whileAlone<T>(mutex: ByteString, action: () => T): T | null {
  if (!createLock(mutex)) {
    removeLockOfDeadOwner(mutex);
    return null;
  }
  try {
    return action();
  } finally {
    rmSync(fsPath(mutex), { force: true });
  }
}
