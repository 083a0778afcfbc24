import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';

// A FIFO that nobody reads must not keep the process waiting, and a link may be somebody else's.
const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** A file that gets lines at its end, which other processes may do, too. Nothing is synced. System errors are thrown. */
export class AppendedFile {
  private readonly fd: number;

  /**
   * @param path where a file is made, for its owner only, if there is none
   * @throws FsoError for a file of somebody else, one that others can open, or one that has other names; and for what is no file, but
   *   for devices of characters
   */
  constructor(path: ByteString) {
    this.fd = openSync(fsPath(path), APPEND, OWNER_ONLY);
    const mistake = mistakeOf(this.fd);
    if (mistake === null) return;
    this.close();
    throw new FsoError(`${textOfBytes(path)}: ${mistake}`);
  }

  append(text: string): void {
    writeSync(this.fd, text);
  }

  close(): void {
    closeSync(this.fd);
  }
}

function mistakeOf(fd: number): string | null {
  const stat = fstatSync(fd);
  if (stat.isCharacterDevice()) return null;
  if (!stat.isFile()) return 'is not a regular file';
  if (stat.uid !== process.geteuid?.()) return 'belongs to another user';
  if (stat.nlink !== 1) return 'has another name, where it may be somebody else\'s';
  return (stat.mode & OTHERS) === 0 ? null : 'can be opened by others (chmod 600 closes it)';
}
