import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath } from '../util/byte-string.js';
import { errnoOf, unlessErrno } from '../util/errors.js';
import { lstatEntry } from './lstat.js';

// A FIFO that took the place of a file does not wait for a writer, a terminal does not become ours.
const CAUTIOUS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Error codes that say that there is no file, or something else in its place. */
export const NO_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV', 'EISDIR', 'ENAMETOOLONG'];

const FIRST_READ = 4096;

export interface BoundedContent {
  readonly bytes: Buffer;
  /** True if the file is longer than what was asked for. */
  readonly truncated: boolean;
}

export interface RegularFileOptions {
  /** Follow a symbolic link; the default is to take it for something that is no file. */
  readonly follow?: boolean;
}

/** False after the kernel has refused it, as it does for files of others; then it is not tried again. */
let mayKeepAccessTime = true;

function openQuietly(path: string | Buffer, flags: number): number {
  if (mayKeepAccessTime) {
    try {
      return openSync(path, flags | constants.O_NOATIME);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
      mayKeepAccessTime = false;
    }
  }
  return openSync(path, flags);
}

/**
 * Opens whatever is there for reading, but does not wait for it nor follow a symbolic link; the
 * access time is left alone where that is permitted. The caller checks by fstat what it got.
 * System errors are thrown.
 */
export function openCautiously(path: ByteString, { follow = false }: RegularFileOptions = {}): number {
  return openQuietly(fsPath(path), follow ? CAUTIOUS : CAUTIOUS | constants.O_NOFOLLOW);
}

function isRegular(path: ByteString, follow: boolean): boolean {
  if (follow) return statSync(fsPath(path), { throwIfNoEntry: false })?.isFile() === true;
  return lstatEntry(path)?.kind === 'file';
}

function openRegular(path: ByteString, options: RegularFileOptions): number | null {
  // A NUL byte ends a path for the kernel; Node refuses it with an error of its own.
  if (path.includes('\0')) return null;
  // Opening alone can have effects: it rewinds a tape and wakes up the writer of a FIFO.
  if (!isRegular(path, options.follow === true)) return null;
  const fd = openCautiously(path, options);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  return null;
}

/**
 * Opens a regular file that may be in a hostile directory, passes its descriptor on and closes it.
 * Returns null if nothing is there or it is not a regular file, in particular a symbolic link
 * (unless `follow` is set), a FIFO or a device; other system errors, such as EACCES, are thrown.
 */
export function withRegularFile<T>(
  path: ByteString,
  use: (fd: number) => T,
  options: RegularFileOptions = {},
): T | null {
  const fd = unlessErrno(NO_FILE, null, () => openRegular(path, options));
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
 * symbolic link counts as none unless `follow` is set. Other system errors, such as EACCES, are
 * thrown.
 */
export function readBounded(
  path: ByteString,
  maxBytes: number,
  options: RegularFileOptions = {},
): BoundedContent | null {
  return withRegularFile(path, (fd) => readStart(fd, maxBytes), options);
}
