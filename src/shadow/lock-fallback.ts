import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf, unlessErrno } from '../util/errors.js';
import { addRecord, isAlive, liveRecords, ownProcess } from './lock-records.js';
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
  if (!isCreated(mutex)) {
    if (isLeftOver(mutex)) removeLeftOver(mutex);
    return null;
  }
  try {
    return action();
  } finally {
    rmSync(fsPath(mutex), { force: true });
  }
}

/** Creates the file together with its content, so that nobody ever finds it empty; false if it exists. */
function isCreated(mutex: ByteString): boolean {
  const prepared = `${mutex}.${process.pid}.new`;
  writeFileSync(fsPath(prepared), JSON.stringify(ownProcess()));
  try {
    linkSync(fsPath(prepared), fsPath(mutex));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fsPath(prepared), { force: true });
  }
}

/** True if the process that created the file is dead. */
function isLeftOver(mutex: ByteString): boolean {
  const text = unlessErrno(['ENOENT'], null, () => readFileSync(fsPath(mutex), 'utf8'));
  return text !== null && !isAlive(JSON.parse(text) as ReturnType<typeof ownProcess>);
}

/** Two processes may both want to remove it, and a third create it in between: that one is put back. */
function removeLeftOver(mutex: ByteString): void {
  const aside = `${mutex}.${process.pid}`;
  unlessErrno(['ENOENT'], undefined, () => {
    renameSync(fsPath(mutex), fsPath(aside));
    if (!isLeftOver(aside)) unlessErrno(['EEXIST'], undefined, () => linkSync(fsPath(aside), fsPath(mutex)));
    rmSync(fsPath(aside), { force: true });
  });
}
