import { closeSync, constants, existsSync, fchmodSync, fsyncSync, readSync, rmSync } from 'node:fs';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, unlessErrno } from '../../util/errors.js';
import { directoryOf, makeDirectoryDurable, writeFully } from '../../storage/durable-file.js';
import { fileModeIn, PRIVATE_FILE } from '../../storage/file-mode.js';
import { oidFromHex, oidToHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';
import { formatSignature } from '../commits/signature.js';
import type { Signature } from '../commits/signature.js';
import { openStored, readStoredText } from '../../storage/stored-file.js';
import type { StoredFile } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';

/** A line for each run of a hundred years, every ten minutes. */
const MAX_LOG_BYTES = 1 << 30;
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
const NULL_ID = '0'.repeat(40);
// git-config(1), core.logAllRefUpdates: what a repository with a work tree logs without being asked.
const LOGGED = /^(HEAD$|refs\/(heads|remotes|notes)\/)/;

/** What happened to a ref; null stands for "does not exist". */
export interface ReflogEntry {
  readonly from: Oid | null;
  readonly to: Oid | null;
  readonly who: Signature;
  readonly message: string;
}

/** The line of a log that tells about a move, as bytes of UTF-8. */
export function reflogLine({ from, to, who, message }: ReflogEntry): Buffer {
  const subject = message.replace(/\s+/g, ' ').trim();
  return Buffer.from(`${hexOrNull(from)} ${hexOrNull(to)} ${formatSignature(who)}${subject === '' ? '' : `\t${subject}`}\n`, 'utf8');
}

/** Appends a line to the log of the ref, if Git would keep one: branches, HEAD, and where a log exists. */
export function appendReflog(gitDir: ByteString, name: string, entry: ReflogEntry): void {
  const path = `${gitDir}/logs/${name}`;
  if (!LOGGED.test(name) && !existsSync(fsPath(path))) return;
  try {
    appendDurable(path, reflogLine(entry));
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Deleting a ref deletes its log (git-update-ref(1)). */
export function removeReflog(gitDir: ByteString, name: string): void {
  rmSync(fsPath(`${gitDir}/logs/${name}`), { force: true });
}

/** One move of a ref, as its log has it. */
export interface ReflogMove {
  readonly from: Oid | null;
  readonly to: Oid | null;
}

/** The moves that the log of a ref tells, oldest first; lines that are cut short or garbled are left out. */
export function readReflog(gitDir: ByteString, name: string): ReflogMove[] {
  const text = unlessErrno(['ENOENT', 'ENOTDIR', 'EISDIR'], '', () => readStoredText(`${gitDir}/logs/${name}`, MAX_LOG_BYTES));
  const oidOf = (hex: string): Oid | null => (hex === NULL_ID ? null : oidFromHex(hex));
  return Array.from(text.matchAll(/^([0-9a-f]{40}) ([0-9a-f]{40}) .*>.*\n/gm), ([, from = '', to = '']) => ({
    from: oidOf(from),
    to: oidOf(to),
  }));
}

function appendDurable(path: ByteString, line: Buffer): void {
  let file: StoredFile;
  try {
    file = openStored(path, APPEND, PRIVATE_FILE);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeDirectoryDurable(directoryOf(path));
    file = openStored(path, APPEND, PRIVATE_FILE);
  }
  const { fd } = file;
  try {
    if (file.size === 0) fchmodSync(fd, fileModeIn(directoryOf(path)));
    // What a power failure cut off must not spoil the next line, too.
    writeFully(fd, endsWithNewline(file) ? line : Buffer.concat([Buffer.from('\n'), line]));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function endsWithNewline({ fd, size }: StoredFile): boolean {
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a);
}

function hexOrNull(oid: Oid | null): string {
  return oid === null ? NULL_ID : oidToHex(oid);
}
