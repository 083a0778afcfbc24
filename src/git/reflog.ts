import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import { directoryOf, makeDirectoryDurable, writeFully } from './durable-file.js';
import { oidToHex } from './object-id.js';
import type { Oid } from './object-id.js';
import { formatSignature } from './signature.js';
import type { Signature } from './signature.js';
import { writeFailure } from './write-failure.js';

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

/** Appends a line to the log of the ref, if Git would keep one: branches, HEAD, and where a log exists. */
export function appendReflog(gitDir: ByteString, name: string, entry: ReflogEntry): void {
  const path = `${gitDir}/logs/${name}`;
  if (!LOGGED.test(name) && !existsSync(fsPath(path))) return;
  const message = entry.message.replace(/\s+/g, ' ').trim();
  const line = `${hexOrNull(entry.from)} ${hexOrNull(entry.to)} ${formatSignature(entry.who)}${message === '' ? '' : `\t${message}`}\n`;
  try {
    appendDurable(path, Buffer.from(line, 'utf8'));
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Deleting a ref deletes its log (git-update-ref(1)). */
export function removeReflog(gitDir: ByteString, name: string): void {
  rmSync(fsPath(`${gitDir}/logs/${name}`), { force: true });
}

function appendDurable(path: ByteString, line: Buffer): void {
  let fd: number;
  try {
    fd = openSync(fsPath(path), 'a', 0o666);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeDirectoryDurable(directoryOf(path));
    fd = openSync(fsPath(path), 'a', 0o666);
  }
  try {
    writeFully(fd, line);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function hexOrNull(oid: Oid | null): string {
  return oid === null ? NULL_ID : oidToHex(oid);
}
