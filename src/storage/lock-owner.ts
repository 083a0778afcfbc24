import { closeSync, constants, fstatSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf, unlessErrno } from '../util/errors.js';
import { parsedJson } from '../util/text/parsed-json.js';
import { isProcessIdentity, mayBeAlive, ownProcess } from '../util/process/process-identity.js';
import { runHelper } from '../util/process/run-helper.js';
import { createFileDurable, helperBeside, randomName, removeQuietly } from './durable-file.js';
import { PRIVATE_FILE } from './file-mode.js';
import { ForeignFileError, openStored, readStored } from './stored-file.js';

/** Far more than what says whose a lock is. */
const MAX_OWNER_BYTES = 65_536;
// What file systems without hard links say.
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Creates a lock file that says whose it is. The name appears together with the content, which is
 * synced: a process that is killed at any moment, or with its machine, leaves no lock, or one that
 * tells that its owner is dead.
 * @returns false if the file exists.
 */
export function createLock(lock: ByteString): boolean {
  const content = `${JSON.stringify({ 'git-fso': ownProcess() })}\n`;
  // Not named after our process, whose number another one may have in another container.
  const prepared = helperBeside(lock, `owner-${randomName()}`);
  try {
    createFileDurable(prepared, content, PRIVATE_FILE);
    linkSync(fsPath(prepared), fsPath(lock));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.includes(errnoOf(error) ?? '')) throw error;
    return isCreatedWithoutLink(lock, content);
  } finally {
    // The lock is there or not, whether its other name can be removed or not.
    removeQuietly(prepared);
  }
}

function isCreatedWithoutLink(lock: ByteString, content: string): boolean {
  try {
    createFileDurable(lock, content, PRIVATE_FILE);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    rmSync(fsPath(lock), { force: true });
    throw error;
  }
}

/**
 * Removes a lock that a git-fso process left when it was killed. Locks of others, Git for one, say
 * nothing about their owner, and stay. Of several that try at once, flock(1) on the file itself lets
 * one do it, so that nobody removes the lock of whoever comes next.
 */
export function removeLockOfDeadOwner(lock: ByteString): void {
  if (!isLockOfDeadOwner(lock)) return;
  const fd = unlessErrno(['ENOENT'], null, () => openStored(lock, constants.O_RDWR).fd);
  if (fd === null) return;
  try {
    const flock = runHelper('flock', ['-x', '-n', '3'], fd);
    if (flock === null) removeByRenaming(lock);
    // What was opened may be the lock of whoever came next already.
    else if (flock.status === 0 && isStillAt(lock, fd) && isLockOfDeadOwner(lock)) rmSync(fsPath(lock), { force: true });
  } finally {
    closeSync(fd);
  }
}

/** Without flock: of several, one can rename the file. If that was the lock of whoever came next, it is put back. */
function removeByRenaming(lock: ByteString): void {
  const aside = helperBeside(lock, `dead-${randomName()}`);
  unlessErrno(['ENOENT'], undefined, () => {
    renameSync(fsPath(lock), fsPath(aside));
    if (!isLockOfDeadOwner(aside)) unlessErrno(['EEXIST'], undefined, () => linkSync(fsPath(aside), fsPath(lock)));
    rmSync(fsPath(aside), { force: true });
  });
}

/** True if the process that created the lock was one of git-fso, and is known to have ended. */
export function isLockOfDeadOwner(lock: ByteString): boolean {
  const owner = ownerOf(lock);
  return isProcessIdentity(owner) && !mayBeAlive(owner);
}

/** True if a process of git-fso created the lock, whether it lives or not. */
export function isOurLock(lock: ByteString): boolean {
  return ownerOf(lock) !== undefined;
}

function ownerOf(lock: ByteString): unknown {
  try {
    return parsedJson(unlessErrno(['ENOENT', 'EISDIR'], '', () => readStored(lock, MAX_OWNER_BYTES).toString('utf8')))['git-fso'];
  } catch (error) {
    // It is not ours, then.
    if (error instanceof ForeignFileError) return undefined;
    throw error;
  }
}

/** True if the open file is the one at the path, and not another that took its place. */
export function isStillAt(path: ByteString, fd: number): boolean {
  const ours = fstatSync(fd);
  const there = unlessErrno(['ENOENT'], null, () => statSync(fsPath(path)));
  return there !== null && there.ino === ours.ino && there.dev === ours.dev;
}
