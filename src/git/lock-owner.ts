import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf, unlessErrno } from '../util/errors.js';
import { mayBeAlive, ownProcess } from '../util/process-identity.js';
import type { ProcessIdentity } from '../util/process-identity.js';
import { helperBeside } from './durable-file.js';

// What file systems without hard links say.
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Creates a lock file that says whose it is. The name appears together with the content: a process
 * that is killed at any moment leaves no lock, or one that tells that its owner is dead.
 * @returns false if the file exists.
 */
export function createLock(lock: ByteString): boolean {
  const prepared = helperBeside(lock, `owner-${process.pid}`);
  writeFileSync(fsPath(prepared), `${JSON.stringify({ 'git-fso': ownProcess() })}\n`);
  try {
    linkSync(fsPath(prepared), fsPath(lock));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.includes(errnoOf(error) ?? '')) throw error;
    return isCreatedWithoutLink(lock);
  } finally {
    rmSync(fsPath(prepared), { force: true });
  }
}

/**
 * Removes a lock that a git-fso process left when it was killed. Locks of others, Git for one, say
 * nothing about their owner, and stay.
 */
export function removeLockOfDeadOwner(lock: ByteString): void {
  const found = readLock(lock);
  if (found === null || !isOfDeadOwner(found)) return;
  const aside = helperBeside(lock, `dead-${process.pid}`);
  unlessErrno(['ENOENT'], undefined, () => {
    renameSync(fsPath(lock), fsPath(aside));
    // Between looking and renaming, somebody else may have removed it and a third one locked anew.
    if (readLock(aside) !== found) unlessErrno(['EEXIST'], undefined, () => linkSync(fsPath(aside), fsPath(lock)));
    rmSync(fsPath(aside), { force: true });
  });
}

function isCreatedWithoutLink(lock: ByteString): boolean {
  return unlessErrno(['EEXIST'], false, () => {
    closeSync(openSync(fsPath(lock), 'wx'));
    return true;
  });
}

function readLock(path: ByteString): string | null {
  return unlessErrno(['ENOENT'], null, () => readFileSync(fsPath(path), 'utf8'));
}

function isOfDeadOwner(content: string): boolean {
  if (!content.startsWith('{"git-fso":')) return false;
  const { 'git-fso': owner } = JSON.parse(content) as { 'git-fso': ProcessIdentity };
  return !mayBeAlive(owner);
}
