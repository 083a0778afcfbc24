import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { isTreeRecord } from '../../record/parse.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { atPath } from '../../util/at-path.js';
import { readFields } from '../read-fields.js';

/** What a record is about: a file, a symbolic link, or a whole tree (nogbundle, submodule, the realdir as a whole). */
export type EntryKind = 'file' | 'link' | 'summary';

/** What `stat` has recorded about a path. */
export interface EntryStat {
  readonly kind: EntryKind;
  /** Bytes; of a summary, of all that is in the tree; 0 for a link. */
  readonly size: number | bigint;
  /** Seconds since 1970; null where the record does not say, as for links. */
  readonly mtime: number | bigint | null;
  /** Regular files: 1 for a file, of a summary as many as there are. */
  readonly files: number | bigint;
  /** The id of the record: of a link, of its target. */
  readonly record: Oid;
}

/** More than any record. */
export const MOST_BYTES = 1 << 20;

/**
 * True for what answers are about. The record of a directory says no more than that it is there; the one of the toplevel is a summary.
 * @param name its last name
 */
export function isAnswered(path: ByteString, { name }: Pick<TreeEntry, 'name'>): boolean {
  return name !== NOGTREE || path === NOGTREE;
}

/**
 * What an entry of `master-stat` says.
 * @param path for messages
 * @throws FsoError that names the path, if it cannot be read
 */
export function entryStat(reader: ObjectReader, path: ByteString, entry: Pick<TreeEntry, 'mode' | 'oid'>): EntryStat {
  const body = hasRecord(entry) ? atPath(path, () => reader.readBlob(entry.oid, MOST_BYTES)) : null;
  return statFrom(path, entry, body);
}

/** False for an entry that says all by itself. */
export function hasRecord({ mode }: Pick<TreeEntry, 'mode'>): boolean {
  return mode !== FileMode.symlink && mode !== FileMode.gitlink;
}

/** Like `entryStat`, from a record that was read; null if the entry has none. */
export function statFrom(path: ByteString, { mode, oid }: Pick<TreeEntry, 'mode' | 'oid'>, body: Buffer | null): EntryStat {
  // Old repos have submodules as Git has them.
  if (body === null) return { kind: mode === FileMode.symlink ? 'link' : 'summary', size: 0, mtime: null, files: 0, record: oid };
  const fields = atPath(path, () => readFields(body));
  const number = (key: string): number | bigint | null => {
    const value = fields.get(key);
    return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? value : null;
  };
  const isSummary = isTreeRecord(fields);
  return {
    kind: isSummary ? 'summary' : 'file',
    size: number('size') ?? 0,
    mtime: number('mtime'),
    files: isSummary ? (number('files') ?? 0) : 1,
    record: oid,
  };
}
