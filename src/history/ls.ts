import type { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { oidToHex } from '../git/object-id.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import type { RecordFields } from '../record/parse.js';
import { NOGTREE } from '../record/records.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { atPath } from './at-path.js';
import { readFields } from './read-fields.js';
import { findEntry, isConfiguration, recordFiles } from './tree-files.js';

/** Type of a row, as a mode of Git without permission bits: directory, file, symlink, submodule. */
export type RowMode = '040000' | '100000' | '120000' | '160000';

/** One path of a listing. What a record does not say is 0 or empty. */
export interface StatRow {
  /** Without a trailing slash; `.` is the toplevel. */
  readonly path: ByteString;
  readonly mode: RowMode;
  /** Seconds since 1970. */
  readonly mtime: number | bigint;
  /** Bytes. */
  readonly size: number | bigint;
  readonly dirs: number | bigint;
  readonly files: number | bigint;
  readonly links: number | bigint;
  readonly others: number | bigint;
  /** The target of a symlink. */
  readonly symlink: ByteString;
  /** The commit of a submodule, in hexadecimal. */
  readonly gitlink: string;
  /** All fields of the record of the toplevel; null for other rows. */
  readonly toplevel: RecordFields | null;
}

type Counts = Pick<StatRow, 'size' | 'dirs' | 'files' | 'links' | 'others'>;

const NO_COUNTS: Counts = { size: 0, dirs: 0, files: 0, links: 0, others: 0 };

/**
 * The rows of a tree of `master-stat`, in Git's order; the row of a directory comes where its
 * `.nogtree` sorts. Rows are made one at a time.
 * @param path lists what is at and below this path only; without a slash at the end
 * @throws FsoError that names the path, for a record that is not YAML or makes no sense, and if there is
 * nothing at `path`
 */
export function* listStat(reader: ObjectReader, tree: Oid, path: ByteString = ''): Generator<StatRow> {
  const entry = path === '' ? { mode: FileMode.directory, name: '', oid: tree } : findRecorded(reader, tree, path);
  const files = entry.mode === FileMode.directory ? recordFiles(reader, entry.oid, path) : [{ path, entry }];
  for (const file of files) yield atPath(file.path, () => rowOf(reader, file.path, file.entry));
}

/** True if something is recorded at a path; without a slash at the end, not empty. */
export function hasRecordsAt(reader: ObjectReader, tree: Oid, path: ByteString): boolean {
  return !path.split('/').some(isConfiguration) && findEntry(reader, tree, path) !== null;
}

function findRecorded(reader: ObjectReader, tree: Oid, path: ByteString): TreeEntry {
  const entry = path.split('/').some(isConfiguration) ? null : findEntry(reader, tree, path);
  if (entry === null) throw new FsoError(`${textOfBytes(path)}: not recorded`);
  return entry;
}

function rowOf(reader: ObjectReader, path: ByteString, entry: TreeEntry): StatRow {
  if (entry.mode === FileMode.gitlink) return { ...row(path, '160000', 0, NO_COUNTS), gitlink: oidToHex(entry.oid) };
  const body = reader.readBlob(entry.oid);
  if (entry.mode === FileMode.symlink) return { ...row(path, '120000', 0, NO_COUNTS), symlink: body.toString('latin1') };
  const fields = readFields(body);
  const mtime = integerOf(fields, 'mtime');
  if (path === NOGTREE) return { ...row('.', '040000', mtime, countsOf(fields)), toplevel: fields };
  if (entry.name === NOGTREE) return row(path.slice(0, -NOGTREE.length - 1), '040000', mtime, NO_COUNTS);
  const gitlink = submoduleOf(fields);
  const counts = countsOf(fields);
  if (gitlink !== '') return { ...row(path, '160000', mtime, counts), gitlink };
  if (counts.dirs > 0) return row(path, '040000', mtime, counts);
  return row(path, '100000', mtime, { ...NO_COUNTS, size: counts.size });
}

function row(path: ByteString, mode: RowMode, mtime: number | bigint, { size, dirs, files, links, others }: Counts): StatRow {
  return { path, mode, mtime, size, dirs, files, links, others, symlink: '', gitlink: '', toplevel: null };
}

function countsOf(fields: RecordFields): Counts {
  return {
    size: integerOf(fields, 'size'),
    dirs: integerOf(fields, 'dirs'),
    files: integerOf(fields, 'files'),
    links: integerOf(fields, 'links'),
    others: integerOf(fields, 'others'),
  };
}

function integerOf(fields: RecordFields, key: string): number | bigint {
  const value = fields.get(key) ?? 0;
  if (typeof value === 'bigint' || Number.isInteger(value)) return value as number | bigint;
  throw new FsoError(`${key} is not an integer: ${JSON.stringify(value)}`);
}

function submoduleOf(fields: RecordFields): string {
  const value = String(fields.get('submodule') ?? '').toLowerCase();
  if (/^(?:[0-9a-f]{2})*$/.test(value)) return value;
  throw new FsoError(`submodule is not hexadecimal: ${JSON.stringify(value)}`);
}
