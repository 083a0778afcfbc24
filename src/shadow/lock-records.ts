import { readFileSync, readdirSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';

/** What is known of a process that holds a lock or waits for one. */
export interface LockRecord {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in a form that only its own host understands; tells reused pids apart. */
  readonly started: string;
  /** The command, for people. */
  readonly command: string;
  readonly mode: 'shared' | 'exclusive';
  /** ISO 8601, UTC. */
  readonly since: string;
}

let recordCount = 0;

/**
 * Writes a record into the directory, as a file of its own.
 * @returns a function that removes it again.
 */
export function addRecord(directory: ByteString, command: string, mode: LockRecord['mode']): () => void {
  const record: LockRecord = { ...ownProcess(), command, mode, since: new Date().toISOString() };
  const path = `${directory}/${record.host.replaceAll('/', '_')}.${record.pid}.${record.started}.${recordCount++}`;
  unlessErrno(['EEXIST'], undefined, () => mkdirSync(fsPath(directory)));
  writeFileSync(fsPath(path), `${JSON.stringify(record)}\n`);
  return () => rmSync(fsPath(path), { force: true });
}

/**
 * The records of processes that are alive. Those of dead ones (`kill -9` leaves them) are removed.
 * Whether a process on another host is alive cannot be seen, so it is taken to be.
 */
export function liveRecords(directory: ByteString): LockRecord[] {
  const records: LockRecord[] = [];
  for (const name of unlessErrno(['ENOENT'], [], () => readdirSync(fsPath(directory), 'latin1'))) {
    const path = `${directory}/${name}`;
    const record = parseRecord(unlessErrno(['ENOENT'], '', () => readFileSync(fsPath(path), 'utf8')));
    // Null: it vanished, or is being written at this moment.
    if (record === null) continue;
    if (isAlive(record)) records.push(record);
    else rmSync(fsPath(path), { force: true });
  }
  return records;
}

/** The process that a record is about, in words: command, pid, host if it is another one, and since when. */
export function describeRecord({ pid, host, command, mode, since }: LockRecord): string {
  return `${command} (${mode}, pid ${pid}${host === hostname() ? '' : ` on ${host}`}, since ${since})`;
}

/** Identifies this process for others. */
export function ownProcess(): Pick<LockRecord, 'pid' | 'host' | 'started'> {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '0' };
}

/** Whether the process is still there, and the same one. */
export function isAlive({ pid, host, started }: Pick<LockRecord, 'pid' | 'host' | 'started'>): boolean {
  if (host !== hostname()) return true;
  const start = startOf(pid);
  // Without /proc only the pid can be asked for.
  return start === undefined ? unlessErrno(['ESRCH'], false, () => unlessErrno(['EPERM'], true, () => process.kill(pid, 0))) : start === started;
}

/** Start time of a process in clock ticks (proc(5)); null if it is gone; undefined where there is no /proc. */
function startOf(pid: number): string | null | undefined {
  const read = (of: string): string | undefined => unlessErrno(['ENOENT', 'ESRCH'], undefined, () => readFileSync(`/proc/${of}/stat`, 'latin1'));
  const stat = read(String(pid));
  if (stat === undefined) return read('self') === undefined ? undefined : null;
  // The command name comes second, in parentheses, and may itself contain some.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

function parseRecord(text: string): LockRecord | null {
  try {
    return JSON.parse(text) as LockRecord;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
