import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../storage/file-mode.js';
import { ForeignFileError, readStored } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { quietly, unlessErrno } from '../../util/errors.js';
import { parsedJson } from '../../util/text/parsed-json.js';
import { isProcessIdentity, mayBeAlive, ownProcess } from '../../util/process/process-identity.js';
import type { ProcessIdentity } from '../../util/process/process-identity.js';

/** What is known of a process that holds a lock or waits for one. */
export interface LockRecord extends ProcessIdentity {
  /** The command, for people. */
  readonly command: string;
  readonly mode: 'shared' | 'exclusive';
  /** ISO 8601, UTC. */
  readonly since: string;
}

let recordCount = 0;

/** Far more than what a record says. */
const MAX_RECORD_BYTES = 65_536;

/**
 * Writes a record into the directory, as a file of its own.
 * @returns a function that removes it again.
 * @throws FsoError if it cannot be written.
 */
export function addRecord(directory: ByteString, command: string, mode: LockRecord['mode']): () => void {
  const record: LockRecord = { ...ownProcess(), command, mode, since: new Date().toISOString() };
  const path = `${directory}/${record.host.replaceAll('/', '_')}.${record.pid}.${record.started}.${recordCount++}`;
  const remove = (): void => rmSync(fsPath(path), { force: true });
  try {
    unlessErrno(['EEXIST'], undefined, () => mkdirSync(fsPath(directory), PRIVATE_DIRECTORY));
    refuseLink(directory);
    writeFileSync(fsPath(path), `${JSON.stringify(record)}\n`, { mode: PRIVATE_FILE, flag: 'wx' });
    return remove;
  } catch (error) {
    quietly(remove);
    throw writeFailure(path, error);
  }
}

/** The records of processes that may be alive. Those of dead ones (`kill -9` leaves them) are removed. */
export function liveRecords(directory: ByteString): LockRecord[] {
  refuseLink(directory);
  const records: LockRecord[] = [];
  for (const name of unlessErrno(['ENOENT'], [], () => readdirSync(fsPath(directory), 'latin1'))) {
    const path = `${directory}/${name}`;
    const record = parseRecord(unlessErrno(['ENOENT', 'EISDIR'], '', () => textOf(path)));
    // Null: it vanished, is being written at this moment, or is damaged.
    if (record === null) continue;
    if (mayBeAlive(record)) records.push(record);
    else unlessErrno(['EROFS', 'EACCES', 'EPERM'], undefined, () => rmSync(fsPath(path), { force: true }));
  }
  return records;
}

/** The process that a record is about, in words: command, pid, host if it is another one, and since when. */
export function describeRecord({ pid, host, command, mode, since }: LockRecord): string {
  return `${command} (${mode}, pid ${pid}${host === hostname() ? '' : ` on ${host}`}, since ${since})`;
}

/** Records are created and removed in there. */
function refuseLink(directory: ByteString): void {
  const stat = lstatSync(fsPath(directory), { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) throw new ForeignFileError(directory, 'is not a directory');
}

/** What is no regular file is no record. */
function textOf(path: ByteString): string {
  try {
    return readStored(path, MAX_RECORD_BYTES).toString('utf8');
  } catch (error) {
    if (error instanceof ForeignFileError) return '';
    throw error;
  }
}

function parseRecord(text: string): LockRecord | null {
  const content = parsedJson(text);
  if (!isProcessIdentity(content)) return null;
  const { command, mode, since, ...identity } = content;
  return { ...identity, command: String(command), mode: mode === 'exclusive' ? mode : 'shared', since: String(since) };
}
