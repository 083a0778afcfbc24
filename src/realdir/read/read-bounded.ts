import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf, unlessErrno } from '../../util/errors.js';
import { whenFree } from '../../util/process/scarce.js';
import { holdEntry, naming, placeOf } from '../reach/open-step.js';
import { lstatEntry } from '../stat/lstat.js';

/** Does not wait for somebody who has the file leased: fcntl(2). */
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** Error codes that say that there is no file, or something else in its place. */
export const NO_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV', 'EISDIR', 'ENAMETOOLONG'];

const FIRST_READ = 4096;

export interface BoundedContent {
  readonly bytes: Buffer;
  /** True if the file is longer than what was asked for. */
  readonly truncated: boolean;
}

/** False after the kernel has refused it, as it does for files of others; then it is not tried again. */
let mayKeepAccessTime = true;

function openQuietly(path: string | Buffer, flags: number): number {
  if (mayKeepAccessTime) {
    try {
      return whenFree(() => openSync(path, flags | constants.O_NOATIME));
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
      mayKeepAccessTime = false;
    }
  }
  return whenFree(() => openSync(path, flags));
}

/** Opens a regular file that is held for reading; the access time is left alone where that is permitted. System errors are thrown. */
export function openHeld(fd: number): number {
  return openQuietly(placeOf(fd), READ);
}

/**
 * Opens a regular file that may be in a hostile directory; the access time is left alone where that is permitted.
 * What is there is looked at before it is opened, and what was looked at is opened: opening alone can have effects,
 * it rewinds a tape and wakes up the writer of a FIFO.
 * @returns null if it is not a regular file, in particular a symbolic link, a FIFO or a device
 * @throws system errors, also if nothing is there
 */
export function openRegular(path: ByteString): number | null {
  const held = holdEntry(path);
  try {
    return fstatSync(held).isFile() ? naming(path, () => openHeld(held)) : null;
  } finally {
    closeSync(held);
  }
}

/**
 * Opens a file that lstat has just reported as regular, in a directory in which nobody can replace it: see
 * `isOwnDirectory`. System errors are thrown.
 */
export function openTrusted(path: ByteString): number {
  return openQuietly(fsPath(path), READ | constants.O_NOFOLLOW);
}

/**
 * Like `openRegular`; passes the descriptor on and closes it.
 * @returns null also if nothing is there
 * @throws other system errors, such as EACCES
 */
export function withRegularFile<T>(path: ByteString, use: (fd: number) => T): T | null {
  // A NUL byte ends a path for the kernel; Node refuses it with an error of its own.
  const fd = path.includes('\0') ? null : unlessErrno(NO_FILE, null, () => openRegular(path));
  if (fd === null) return null;
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads from `position` until the buffer is full or the file ends; returns the number of bytes. */
export function readFully(fd: number, buffer: Buffer, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const got = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/** The first `maxBytes` bytes of an open file, however large the file says that it is. */
export function readStart(fd: number, maxBytes: number): BoundedContent {
  // One byte more shows that the file is longer; its size does not, since files in /proc have none.
  const limit = maxBytes + 1;
  let buffer = Buffer.allocUnsafe(Math.min(limit, Math.max(fstatSync(fd).size + 1, FIRST_READ)));
  let filled = readFully(fd, buffer, 0);
  while (filled === buffer.length && filled < limit) {
    const larger = Buffer.allocUnsafe(Math.min(limit, 2 * filled));
    buffer.copy(larger);
    filled += readFully(fd, larger.subarray(filled), filled);
    buffer = larger;
  }
  const truncated = filled > maxBytes;
  return { bytes: buffer.subarray(0, truncated ? maxBytes : filled), truncated };
}

/**
 * The first `maxBytes` bytes of a regular file. Returns null if there is no regular file; a
 * symbolic link counts as none. Other system errors, such as EACCES, are thrown.
 */
export function readBounded(path: ByteString, maxBytes: number): BoundedContent | null {
  // Mostly, there is none; an error of the system costs more than to look.
  if (path.includes('\0') || unlessErrno(NO_FILE, null, () => lstatEntry(path))?.kind !== 'file') return null;
  return withRegularFile(path, (fd) => readStart(fd, maxBytes));
}
