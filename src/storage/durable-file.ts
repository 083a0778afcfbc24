import { randomBytes } from 'node:crypto';
import {
  closeSync, fchmodSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync,
} from 'node:fs';
import { directoryOf, fsPath, joinPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf, quietly, unlessErrno } from '../util/errors.js';
import { directoryModeIn, fileModeIn, makeDirectory, PRIVATE_FILE } from './file-mode.js';
import { writeFailure } from './write-failure.js';

// Some network filesystems cannot sync a directory; there is nothing better to do on them.
const CANNOT_SYNC = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Whoever removes a directory that often while it is made does so on purpose. */
const ATTEMPTS_MAX = 1000;

export { directoryOf };

/**
 * A name for a helper file in the same directory, so that it can be renamed over `path`. Below
 * `refs/`, Git takes every other name for a ref, but passes over `*.lock`.
 */
export function helperBeside(path: ByteString, purpose: string): ByteString {
  return `${path}.fso-${purpose}.lock`;
}

/** Eight random characters for the name of a temporary file. */
export function randomName(): string {
  return randomBytes(4).toString('hex');
}

/** Removes a file on the way out; one that cannot be removed is left over. Never throws. */
export function removeQuietly(path: ByteString): void {
  quietly(() => rmSync(fsPath(path), { force: true }));
}

/** Writes all of `bytes`, at the file's own position unless one is given; write(2) may do it in parts. */
export function writeFully(fd: number, bytes: Buffer, position: number | null = null): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, position === null ? null : position + at);
}

/** Makes what happened in a directory (files created, renamed, removed) survive a power failure. */
export function fsyncDirectory(path: ByteString): void {
  fsyncPath(path);
}

/**
 * Replaces the file: after a crash at any time it has the old content or the new one, in full.
 * @param mode permission bits of the file, exactly; without it, it is as open as its directory.
 */
export function writeFileDurable(path: ByteString, data: Buffer | string, mode?: number): void {
  const temporary = helperBeside(path, `tmp-${randomName()}`);
  try {
    createFileDurable(temporary, data, mode);
    renameSync(fsPath(temporary), fsPath(path));
    fsyncDirectory(directoryOf(path));
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailure(path, error);
  }
}

/**
 * Creates a file that must not exist and syncs its content; its name in the directory is not synced.
 * Text is written as UTF-8. System errors are thrown as they are; the caller removes the file.
 * @param mode permission bits, exactly; without it, the file is as open as its directory.
 */
export function createFileDurable(path: ByteString, data: Buffer | string, mode?: number): void {
  const fd = openSync(fsPath(path), 'wx', PRIVATE_FILE);
  try {
    writeFully(fd, typeof data === 'string' ? Buffer.from(data, 'utf8') : data);
    fchmodSync(fd, mode ?? fileModeIn(directoryOf(path)));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Creates one directory so that it survives a crash; one that exists is left as it is.
 * @param mode permission bits, exactly; without it, it is as open as the directory that it is in.
 */
export function makeOneDirectoryDurable(path: ByteString, mode?: number): void {
  const directory = directoryOf(path);
  for (let attempt = 1; ; attempt += 1) {
    try {
      makeDirectory(path, mode ?? directoryModeIn(directory));
      return fsyncDirectory(directory);
    } catch (error) {
      // A link would lead what is to be created somewhere else.
      if (errnoOf(error) === 'EEXIST' && lstatSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true) return;
      if (attempt === ATTEMPTS_MAX || !wasRemoved(directory, path, error)) throw writeFailure(path, error);
    }
  }
}

/** `git gc` removes empty directories for objects, new ones, too: then a directory was there, or was made, and is gone. */
function wasRemoved(directory: ByteString, path: ByteString, error: unknown): boolean {
  const code = errnoOf(error);
  const isGone = code === 'ENOENT' || (code === 'EEXIST' && lstatSync(fsPath(path), { throwIfNoEntry: false }) === undefined);
  return isGone && isDirectory(directory);
}

/** Like `makeOneDirectoryDurable`, with the parents that are missing, in the same mode. */
export function makeDirectoryDurable(path: ByteString, mode?: number): void {
  const missing: ByteString[] = [];
  for (let dir = path; !isDirectory(dir) && dir !== directoryOf(dir); dir = directoryOf(dir)) missing.push(dir);
  for (const dir of missing.reverse()) makeOneDirectoryDurable(dir, mode);
}

/**
 * Syncs every file and directory below `path`, and `path` itself: for a directory that is made in
 * peace and then renamed to its final place. Symlinks have nothing to sync.
 */
export function syncTree(path: ByteString): void {
  const pending = [path];
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    for (const entry of readdirSync(fsPath(dir), { encoding: 'latin1', withFileTypes: true })) {
      const child = joinPath(dir, entry.name);
      if (entry.isDirectory()) pending.push(child);
      else if (entry.isFile()) fsyncPath(child);
    }
    fsyncDirectory(dir);
  }
}

function isDirectory(path: ByteString): boolean {
  return unlessErrno(['ENOENT', 'ENOTDIR'], false, () => statSync(fsPath(path)).isDirectory());
}

function fsyncPath(path: ByteString): void {
  const fd = openSync(fsPath(path), 'r');
  try {
    unlessErrno(CANNOT_SYNC, undefined, () => fsyncSync(fd));
  } finally {
    closeSync(fd);
  }
}
