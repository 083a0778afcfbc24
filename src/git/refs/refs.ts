import { rmSync } from 'node:fs';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { directoryOf, fsyncDirectory } from '../../storage/durable-file.js';
import { LockFile } from '../../storage/lock-file.js';
import { oidToHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';
import { readPackedRefs, removePackedRef } from './packed-refs.js';
import { DamagedRefError, RefMovedError } from './ref-errors.js';
import { looseRefNames, readLooseRef } from './ref-files.js';
import { checkRefName } from './ref-name.js';
import { appendReflog, removeReflog } from './reflog.js';
import type { Signature } from '../commits/signature.js';
import { writeFailure } from '../../storage/write-failure.js';

/** How many symbolic refs are followed in a row, as in Git. */
const SYMBOLIC_MAX = 5;

/** A change of one ref, with the condition under which it may happen. */
export interface RefUpdate {
  /** What the ref must name when it is changed; null if it must not exist. */
  readonly expected: Oid | null;
  /** What the ref names afterwards; null deletes it. */
  readonly next: Oid | null;
  /** For the reflog. */
  readonly message: string;
  readonly who: Signature;
}

/** One ref and the object that it names. */
export interface RefEntry {
  readonly name: string;
  readonly oid: Oid;
}

/**
 * The object that a ref names, or null if the ref does not exist (a symbolic ref: if its target does not).
 * @param name full name, for example `refs/heads/master-stat` or `HEAD`.
 * @throws DamagedRefError if a file has no valid content: that is never taken for "does not exist".
 */
export function readRef(gitDir: ByteString, name: string): Oid | null {
  return resolve(gitDir, name).oid;
}

/** All refs whose full name starts with `prefix`, sorted by bytes; symbolic ones resolved, dangling ones left out. */
export function listRefs(gitDir: ByteString, prefix: string): RefEntry[] {
  // Loose names first: `git pack-refs` fills packed-refs before it removes the files.
  const names = new Set(looseRefNames(gitDir));
  for (const name of readPackedRefs(gitDir).keys()) names.add(name);
  const refs: RefEntry[] = [];
  for (const name of [...names].filter((one) => one.startsWith(prefix)).sort()) {
    const oid = readRef(gitDir, name);
    if (oid !== null) refs.push({ name, oid });
  }
  return refs;
}

/**
 * Compare-and-swap of a ref, durable, safe against other processes of ours and of Git. A symbolic ref
 * is followed. The reflog is written before the ref moves, so that a failure there moves nothing; a
 * crash between the two leaves a line in the log about a move that did not happen.
 * @throws RefMovedError if the ref names something else than expected, LockedError if it stays locked.
 */
export function updateRef(gitDir: ByteString, name: string, update: RefUpdate): void {
  // Without this, a repository that was moved away would grow new directories at its old place.
  if (readLooseRef(gitDir, 'HEAD') === null) throw new FsoError(`${textOfBytes(gitDir)}: not a Git directory (it has no HEAD)`);
  const { name: target } = resolve(gitDir, name);
  const lock = LockFile.acquire(`${gitDir}/${target}`);
  try {
    const actual = readRef(gitDir, target);
    if (actual !== update.expected) throw new RefMovedError(gitDir, target, update.expected, actual);
    if (actual === update.next) return;
    if (update.next === null) deleteRef(gitDir, target);
    else {
      logMove(gitDir, target, update);
      lock.commit(`${oidToHex(update.next)}\n`);
    }
  } finally {
    lock.release();
  }
}

/**
 * Sets a ref whose file is damaged or lost, under its lock; one that is in order is left alone.
 * @param next null deletes the ref, whatever it names
 */
export function restoreRef(gitDir: ByteString, name: string, next: Oid | null): void {
  checkRefName(name);
  const lock = LockFile.acquire(`${gitDir}/${name}`);
  try {
    if (next === null) deleteRef(gitDir, name);
    else if (!isInOrder(gitDir, name)) lock.commit(`${oidToHex(next)}\n`);
  } finally {
    lock.release();
  }
}

function isInOrder(gitDir: ByteString, name: string): boolean {
  try {
    return readRef(gitDir, name) !== null;
  } catch (error) {
    if (error instanceof DamagedRefError) return false;
    throw error;
  }
}

function resolve(gitDir: ByteString, name: string): { name: string; oid: Oid | null } {
  let current = name;
  for (let depth = 0; depth <= SYMBOLIC_MAX; depth++) {
    checkRefName(current);
    const loose = readLooseRef(gitDir, current);
    if (loose === null) return { name: current, oid: readPackedRefs(gitDir).get(current) ?? null };
    if ('oid' in loose) return { name: current, oid: loose.oid };
    current = loose.target;
  }
  throw new DamagedRefError(`${gitDir}/${name}`, 'the chain of symbolic refs does not end');
}

function logMove(gitDir: ByteString, name: string, { expected, next, message, who }: RefUpdate): void {
  const entry = { from: expected, to: next, who, message };
  appendReflog(gitDir, name, entry);
  const head = readLooseRef(gitDir, 'HEAD');
  if (head !== null && 'target' in head && head.target === name) appendReflog(gitDir, 'HEAD', entry);
}

/**
 * The packed value goes first: otherwise it would come back for a moment, or for good after a crash.
 * It goes once more at the end, because `git pack-refs` may have packed the ref in between.
 */
function deleteRef(gitDir: ByteString, name: string): void {
  removePackedRef(gitDir, name);
  const path = `${gitDir}/${name}`;
  try {
    removeReflog(gitDir, name);
    rmSync(fsPath(path), { force: true });
    fsyncDirectory(directoryOf(path));
  } catch (error) {
    throw writeFailure(path, error);
  }
  removePackedRef(gitDir, name);
}
