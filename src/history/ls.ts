import type { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import { oidToHex } from '../git/objects/object-id.js';
import type { TreeBudget } from '../git/trees/tree-budget.js';
import type { TreeEntry } from '../git/trees/tree-codec.js';
import { FileMode } from '../git/trees/tree-codec.js';
import type { RecordFields } from '../record/parse.js';
import { NOGTREE } from '../record/records.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { atPath } from '../util/at-path.js';
import { readFields } from './read-fields.js';
import { findEntry, isConfiguration, recordFiles } from '../shadow/read/tree-files.js';

/** Type of a row, as a mode of Git without permission bits: directory, file, symlink, submodule. */
export type RowMode = '040000' | '100000' | '120000' | '160000';

/** One path of a listing. What a record does not say is 0 or empty. */
export interface StatRow {
  /** Without a trailing slash; `.` is the toplevel. */
  readonly path: ByteString;
  readonly mode: RowMode;
  /** Seconds since 1970. */
  readonly mtime: number | bigint;
  /** False if the record does not say the mtime: of a symlink, and on other branches than `master-stat`. */
  readonly hasMtime: boolean;
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

/** How to find out what could be asked for. */
export const SEE_WHAT_IS =
  'git-fso ls lists what is recorded, by paths relative to the real directory; git-fso ls --at <time>, what was recorded before';

/** More than any record, and than any target of a symlink. */
const MOST_BYTES = 1 << 20;

/** Sums over a directory tree. */
export type Counts = Pick<StatRow, 'size' | 'dirs' | 'files' | 'links' | 'others'>;

const NO_COUNTS: Counts = { size: 0, dirs: 0, files: 0, links: 0, others: 0 };

/**
 * The rows of a tree of `master-stat`, in Git's order; the row of a directory comes where its
 * `.nogtree` sorts. Rows are made one at a time.
 * @param path lists what is at and below this path only; without a slash at the end
 * @throws FsoError that names the path, for a record that is not YAML or makes no sense, and if there is
 * nothing at `path`
 */
export function* listStat(reader: ObjectReader, tree: Oid, path: ByteString = ''): Generator<StatRow> {
  const entry = recordedEntry(reader, tree, path);
  const budget = reader.newBudget();
  const files = entry.mode === FileMode.directory ? recordFiles(reader, entry.oid, path) : [{ path, entry }];
  for (const file of files) yield atPath(file.path, () => rowOf(reader, budget, file.path, file.entry));
}

/** True if something is recorded at a path; without a slash at the end, not empty. */
export function hasRecordsAt(reader: ObjectReader, tree: Oid, path: ByteString): boolean {
  return !path.split('/').some(isConfiguration) && findEntry(reader, tree, path) !== null;
}

/** The entry at a path; of the tree itself, if that is empty. @throws FsoError if there is none */
export function recordedEntry(reader: ObjectReader, tree: Oid, path: ByteString): TreeEntry {
  if (path === '') return { mode: FileMode.directory, name: '', oid: tree };
  const entry = path.split('/').some(isConfiguration) ? null : findEntry(reader, tree, path);
  if (entry === null) throw new FsoError(`${textOfBytes(path)}: not recorded`, { remedy: SEE_WHAT_IS });
  return entry;
}

/**
 * The row of a record. @param budget bounds how often the same records are read
 * @throws FsoError if it is not YAML or makes no sense
 */
export function rowOf(reader: ObjectReader, budget: TreeBudget, path: ByteString, entry: TreeEntry): StatRow {
  if (entry.mode === FileMode.gitlink) return { ...row(path, '160000', null, NO_COUNTS), gitlink: oidToHex(entry.oid) };
  const body = reader.readBlob(entry.oid, MOST_BYTES);
  budget.spend(entry.oid, body.length);
  if (entry.mode === FileMode.symlink) return { ...row(path, '120000', null, NO_COUNTS), symlink: body.toString('latin1') };
  const fields = readFields(body);
  const mtime = fields.has('mtime') ? integerOf(fields, 'mtime') : null;
  if (path === NOGTREE) return { ...row('.', '040000', mtime, countsOf(fields)), toplevel: fields };
  if (entry.name === NOGTREE) return row(path.slice(0, -NOGTREE.length - 1), '040000', mtime, NO_COUNTS);
  const gitlink = submoduleOf(fields);
  const counts = countsOf(fields);
  if (gitlink !== '') return { ...row(path, '160000', mtime, counts), gitlink };
  if (counts.dirs > 0) return row(path, '040000', mtime, counts);
  return fileRow(path, mtime, counts.size);
}

/** The row of a regular file. */
export function fileRow(path: ByteString, mtime: number | bigint | null, size: number | bigint): StatRow {
  return {
    path, mode: '100000', mtime: mtime ?? 0, hasMtime: mtime !== null, size,
    dirs: 0, files: 0, links: 0, others: 0, symlink: '', gitlink: '', toplevel: null,
  };
}

function row(path: ByteString, mode: RowMode, mtime: number | bigint | null, { size, dirs, files, links, others }: Counts): StatRow {
  const hasMtime = mtime !== null;
  return { path, mode, mtime: mtime ?? 0, hasMtime, size, dirs, files, links, others, symlink: '', gitlink: '', toplevel: null };
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
