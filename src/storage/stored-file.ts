import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError, errnoOf } from '../util/errors.js';
import { PRIVATE_FILE } from './file-mode.js';

const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Files with less than this part of their size on disk have holes; what we store compresses less well than that. */
const SPARSE_RATIO = 1 / 16;
/** Filesystems may keep small files elsewhere than in blocks. */
const MAY_BE_SPARSE_BYTES = 16 * 1024 * 1024;
const BLOCK_BYTES = 512;

/** A file of a repository is none that git-fso or Git would have made: a link, a FIFO, a device, or far too large. */
export class ForeignFileError extends FsoError {
  override readonly name = 'ForeignFileError';

  constructor(path: ByteString, what: string, cause?: unknown) {
    super(`${textOfBytes(path)}: ${what}`, {
      remedy: 'find out who has put it there; restore the repository from a clone or backup',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** An open file of a repository. Close the descriptor. */
export interface StoredFile {
  readonly fd: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * Opens a file of a repository. A repository may come from a stranger, so a symbolic link is not followed, and
 * nothing waits for the other end of a FIFO.
 * @param flags of open(2)
 * @param mode of a file that is created
 * @throws ForeignFileError if it is no regular file; other system errors (ENOENT, EISDIR) as they are
 */
export function openStored(path: ByteString, flags: number = constants.O_RDONLY, mode?: number): StoredFile {
  let fd: number;
  try {
    fd = openSync(fsPath(path), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ELOOP') throw new ForeignFileError(path, 'is a symbolic link, which a repository has not got there', error);
    if (code === 'ENXIO' || code === 'ENODEV') throw new ForeignFileError(path, 'is not a regular file', error);
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    // As read(2) would say, for those who take a directory for a ref that is not there.
    if (stat.isDirectory())
      throw Object.assign(new Error(`EISDIR: illegal operation on a directory, '${textOfBytes(path)}'`), { code: 'EISDIR' });
    if (!stat.isFile()) throw new ForeignFileError(path, 'is not a regular file');
    if (stat.size > MAY_BE_SPARSE_BYTES && stat.blocks * BLOCK_BYTES < stat.size * SPARSE_RATIO) {
      throw new ForeignFileError(path, `is ${stat.size} bytes long, but has hardly any on disk`);
    }
    return { fd, size: stat.size };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * The content of a file of a repository.
 * @param maxBytes more than it can have
 * @throws ForeignFileError if it is no regular file, or longer; other system errors as they are
 */
export function readStored(path: ByteString, maxBytes: number): Buffer {
  const { fd, size } = openStored(path);
  try {
    if (size > maxBytes) throw new ForeignFileError(path, `is longer than ${maxBytes} bytes`);
    return readToEnd(path, fd, size, maxBytes);
  } finally {
    closeSync(fd);
  }
}

/** Like `readStored`, as a string of bytes. */
export function readStoredText(path: ByteString, maxBytes: number): ByteString {
  return readStored(path, maxBytes).toString('latin1');
}

/** Files may grow while they are read; less than what was asked for comes at the end only. */
function readToEnd(path: ByteString, fd: number, size: number, maxBytes: number): Buffer {
  let bytes = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    length += readSync(fd, bytes, length, bytes.length - length, null);
    if (length > maxBytes) throw new ForeignFileError(path, `is longer than ${maxBytes} bytes`);
    if (length < bytes.length) return bytes.subarray(0, length);
    bytes = Buffer.concat([bytes, Buffer.allocUnsafe(length)]);
  }
}

/**
 * Writes a small file of a repository, in place and without syncing it; creates it if it is missing.
 * @throws ForeignFileError if there is something else than a regular file; other system errors as they are
 */
export function writeStored(path: ByteString, text: string): void {
  const { fd } = openStored(path, constants.O_WRONLY | constants.O_CREAT, PRIVATE_FILE);
  try {
    ftruncateSync(fd);
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}
