import { closeSync, fstatSync, readSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { preciseStat } from '../stat/lstat.js';
import type { PreciseStat } from '../stat/lstat.js';
import { NO_FILE, openRegular, readFully, withRegularFile } from './read-bounded.js';

/** A file that is written all the time is read this often before it is given up. */
const ATTEMPTS = 3;
const PIECE_BYTES = 1024 * 1024;

/** The file is longer than what was asked for. */
export const TOO_LARGE = Symbol('too large');

function statOf(fd: number): PreciseStat {
  return preciseStat(fstatSync(fd, { bigint: true }));
}

function isSame(a: PreciseStat, b: PreciseStat): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

function changing(): FsoError {
  return new FsoError('was changed while it was read', { remedy: 'run the command again' });
}

/**
 * The content of a regular file as it was at one moment; null if there is no regular file, in
 * particular if it is a symbolic link; TOO_LARGE if it has more than `maxBytes`.
 * @throws FsoError if somebody writes to it each time that it is read; system errors
 */
export function readStable(path: ByteString, maxBytes: number): Buffer | typeof TOO_LARGE | null {
  return withRegularFile(path, (fd) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = statOf(fd);
      if (before.size > maxBytes) return TOO_LARGE;
      const size = Number(before.size);
      // One byte more shows that the file is longer than its size says.
      const bytes = Buffer.allocUnsafe(size + 1);
      const got = readFully(fd, bytes, 0);
      if (got < size || !isSame(before, statOf(fd))) continue;
      if (got > size) throw new FsoError('has more bytes than its size says, as in /proc; its content is not recorded');
      return bytes.subarray(0, size);
    }
    throw changing();
  });
}

/** A file that is read piece by piece. */
export interface PiecewiseFile {
  /** Bytes. */
  readonly size: number;
  /**
   * The content from the start; may be asked for several times.
   * @throws FsoError at the end if the file was changed since it was opened; system errors
   */
  pieces(): Generator<Buffer>;
  close(): void;
}

/** Opens a file that `lstat` has just reported as regular; null if that is not true any more. System errors are thrown. */
export function openPiecewise(path: ByteString): PiecewiseFile | null {
  const fd = unlessErrno(NO_FILE, null, () => openRegular(path));
  if (fd === null) return null;
  const opened = statOf(fd);
  const size = Number(opened.size);
  return { size, pieces: () => readInPieces(fd, opened, size), close: () => closeSync(fd) };
}

function* readInPieces(fd: number, opened: PreciseStat, size: number): Generator<Buffer> {
  for (let at = 0; at < size;) {
    // A new buffer each time, because the consumer may still be busy with the last one.
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - at));
    const got = readSync(fd, piece, 0, piece.length, at);
    if (got === 0) throw changing();
    yield piece.subarray(0, got);
    at += got;
  }
  if (!isSame(opened, statOf(fd)) || readSync(fd, Buffer.alloc(1), 0, 1, size) > 0) throw changing();
}
