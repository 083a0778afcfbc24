import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import type { PreciseStat } from '../stat/lstat.js';
import { preciseStat } from '../stat/lstat.js';
import { openRegular, openTrusted, readFully } from '../read/read-bounded.js';

/** What lstat said about the file that is to be hashed. */
export type ExpectedFile = Pick<PreciseStat, 'size' | 'mtimeNs' | 'ino' | 'dev'>;

/** A file that is to be hashed. */
export interface HashRequest {
  readonly path: ByteString;
  readonly expected: ExpectedFile;
  /** What to call the file while it is read. */
  readonly place?: ByteString;
  /** True if it is in a directory in which nobody can replace it: see `isOwnDirectory`. That saves two system calls. */
  readonly isTrusted?: boolean;
}

/** Checksums in lower case hexadecimal digits; none if the file was not the same all the time, or has more bytes than its size says. */
export type HashResult =
  | { readonly stable: true; readonly sha1: string; readonly sha256: string; readonly bytes: number }
  | { readonly stable: false; readonly exceedsSize?: true };

/** An AbortSignal, or something like it that another thread can see. */
export interface CancelSignal {
  readonly aborted: boolean;
}

export interface HashOptions {
  readonly signal?: CancelSignal;
  /** Called now and then with the number of bytes that were read since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

export const UNSTABLE: HashResult = { stable: false };

/** A filesystem that does not know sizes, as /proc and some of FUSE: what is read is no state that the size belongs to. */
const EXCEEDS_SIZE: HashResult = { stable: false, exceedsSize: true };

/** Large enough to make system calls cheap, small enough to stay in the processor's cache for both hashes. */
const BUFFER_BYTES = 64 * 1024;
/** One byte more is asked for at the end, to see that there is none. */
const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES + 1);

/** Kernel clocks tick every 10 ms at most; twice that is on the safe side. */
const TICK_MS = 20;
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

/** What replaced or removed the file before it could be opened. */
const REPLACED = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];

function isExpected(stat: PreciseStat, expected: ExpectedFile): boolean {
  return (
    stat.kind === 'file' &&
    stat.ino === expected.ino &&
    stat.dev === expected.dev &&
    stat.size === expected.size &&
    stat.mtimeNs === expected.mtimeNs
  );
}

function statDescriptor(fd: number): PreciseStat {
  return preciseStat(fstatSync(fd, { bigint: true }));
}

/**
 * The status of an open file, from which on a further change shows in its times. A file that was just
 * changed could change again within the same tick of the clock, so that is waited for; but not for one
 * that is read in one go, and so never half of one state and half of another.
 */
function statWhenSettled(fd: number): PreciseStat {
  const stat = statDescriptor(fd);
  const age = Date.now() - Number(stat.ctimeNs / 1_000_000n);
  if (stat.size <= BUFFER_BYTES || Math.abs(age) >= TICK_MS) return stat;
  Atomics.wait(NEVER_NOTIFIED, 0, 0, TICK_MS - age);
  return statDescriptor(fd);
}

/** True if the file is as it was. */
function isUnchanged(fd: number, before: PreciseStat): boolean {
  const after = statDescriptor(fd);
  return isExpected(after, before) && after.ctimeNs === before.ctimeNs;
}

/** Reads a file that should have `size` bytes into the buffer; returns how many it has, at most one more. */
function readToSize(fd: number, size: number): number {
  const first = readSync(fd, buffer, 0, size + 1, 0);
  return first > 0 && first < size ? first + readFully(fd, buffer.subarray(first, size + 1), first) : first;
}

/**
 * Reads an open file from its start and computes both checksums in one pass. Yields the number of
 * bytes after each piece; the buffer between is not in use, so several files can take turns. No
 * more is read than the size that the file had, so a file that grows is not followed for ever.
 */
export function* hashInPieces(fd: number, expected: ExpectedFile): Generator<number, HashResult, undefined> {
  const before = statWhenSettled(fd);
  if (!isExpected(before, expected)) return UNSTABLE;
  const size = Number(before.size);
  let result: HashResult;
  if (size <= BUFFER_BYTES) {
    const got = readToSize(fd, size);
    if (got < size) return UNSTABLE;
    if (got > size) return isUnchanged(fd, before) ? EXCEEDS_SIZE : UNSTABLE;
    const content = buffer.subarray(0, size);
    result = { stable: true, sha1: hash('sha1', content), sha256: hash('sha256', content), bytes: size };
    yield size;
  } else {
    const sha1 = createHash('sha1');
    const sha256 = createHash('sha256');
    let position = 0;
    while (position < size) {
      const left = size - position;
      const got = readSync(fd, buffer, 0, left > BUFFER_BYTES ? BUFFER_BYTES : left + 1, position);
      if (got === 0) return UNSTABLE;
      if (got > left) {
        yield left;
        return isUnchanged(fd, before) ? EXCEEDS_SIZE : UNSTABLE;
      }
      const piece = buffer.subarray(0, got);
      sha1.update(piece);
      sha256.update(piece);
      position += got;
      yield got;
    }
    result = { stable: true, sha1: sha1.digest('hex'), sha256: sha256.digest('hex'), bytes: size };
  }
  // The change time tells even if somebody sets the modification time back.
  return isUnchanged(fd, before) ? result : UNSTABLE;
}

/** Hashes an open file in one go; throws an AbortError when it is cancelled. System errors are thrown. */
export function hashDescriptor(fd: number, expected: ExpectedFile, options: HashOptions = {}): HashResult {
  const pieces = hashInPieces(fd, expected);
  for (;;) {
    if (options.signal?.aborted === true) throw new DOMException('hashing was cancelled', 'AbortError');
    const { done, value } = pieces.next();
    if (done === true) return value;
    options.onBytes?.(value);
  }
}

/**
 * Opens the file for hashing; null if it has vanished or is no regular file any more. Other system
 * errors, such as EACCES, are thrown. Which file was opened is checked when it is hashed.
 */
export function openForHashing({ path, isTrusted = false }: HashRequest): number | null {
  return unlessErrno(REPLACED, null, () => (isTrusted ? openTrusted(path) : openRegular(path)));
}

/** Adds the path to a system error that has none, because it is about a descriptor. */
export function withPath(error: unknown, path: ByteString): unknown {
  if (error instanceof Error && 'errno' in error && !('path' in error)) {
    error.message += ` '${textOfBytes(path)}'`;
    Object.assign(error, { path: textOfBytes(path) });
  }
  return error;
}

/**
 * SHA-1 and SHA-256 of a regular file that may be written at any time. The result is `stable` only
 * if the file was the expected one, by inode, size and time, before the first byte was read and
 * still after the last: then the checksums belong to that state. A change that leaves no trace in
 * the times, because the filesystem keeps whole seconds only, cannot be seen here.
 *
 * Throws an AbortError when it is cancelled, and system errors, such as EACCES and EIO.
 * @internal for tests
 */
export function hashFile(path: ByteString, expected: ExpectedFile, options: HashOptions = {}): HashResult {
  const fd = openForHashing({ path, expected });
  if (fd === null) return UNSTABLE;
  try {
    return hashDescriptor(fd, expected, options);
  } catch (error) {
    throw withPath(error, path);
  } finally {
    closeSync(fd);
  }
}
