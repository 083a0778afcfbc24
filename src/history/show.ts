import { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { readRef } from '../git/refs.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import type { Metadata } from '../record/metadata-json.js';
import { decodeMetadata } from '../record/metadata.js';
import type { RecordFields } from '../record/parse.js';
import { NOGTREE } from '../record/records.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { atPath } from './at-path.js';
import type { HeadFacet } from './head.js';
import { HEAD_FACETS } from './head.js';
import { readFields } from './read-fields.js';
import { findEntry, isConfiguration } from './tree-files.js';

/** What the branch of one facet has at a path. */
export interface ShownEntry {
  /** Newest commit of the branch. */
  readonly commit: Oid;
  readonly kind: 'record' | 'directory' | 'symlink' | 'gitlink';
  /** The record, the target of the symlink, or the content as it is; empty for a gitlink or a directory without a record. */
  readonly body: Buffer;
  /** The commit that a gitlink names. */
  readonly gitlink: Oid | null;
}

/** What the four facets have at a path; null where they have nothing. */
export type ShownPath = Readonly<Record<HeadFacet, ShownEntry | null>>;

/**
 * What is recorded about one path: its entry on each branch, for a directory the `.nogtree` in it.
 * @param path without a slash at the end; empty for the toplevel
 * @param refOf the full name of a facet's branch
 * @throws FsoError that names the path, if no branch has it or an object cannot be read
 */
export function showPath(gitDir: ByteString, refOf: (facet: HeadFacet) => string, path: ByteString): ShownPath {
  const reader = ObjectReader.open(gitDir);
  const show = (facet: HeadFacet): ShownEntry | null => {
    const commit = path.split('/').some(isConfiguration) ? null : readRef(gitDir, refOf(facet));
    if (commit === null) return null;
    const entry = shownEntry(reader, reader.readCommit(commit).tree, path);
    return entry === null ? null : { commit, ...entry };
  };
  try {
    const shown = { stat: show('stat'), sha: show('sha'), meta: show('meta'), content: show('content') };
    if (HEAD_FACETS.some((facet) => shown[facet] !== null)) return shown;
    throw new FsoError(`${path === '' ? '.' : textOfBytes(path)}: not recorded`);
  } finally {
    reader.close();
  }
}

function shownEntry(reader: ObjectReader, tree: Oid, path: ByteString): Omit<ShownEntry, 'commit'> | null {
  const entry = path === '' ? { mode: FileMode.directory, name: '', oid: tree } : findEntry(reader, tree, path);
  if (entry === null) return null;
  if (entry.mode === FileMode.gitlink) return { kind: 'gitlink', body: Buffer.alloc(0), gitlink: entry.oid };
  if (entry.mode !== FileMode.directory) return blobOf(reader, path, entry);
  const record = atPath(path, () => reader.readTree(entry.oid)).find(({ name }) => name === NOGTREE);
  if (record === undefined || record.mode === FileMode.directory || record.mode === FileMode.gitlink) {
    // Each branch has a toplevel, which says nothing.
    if (path === '') return null;
    return { kind: 'directory', body: Buffer.alloc(0), gitlink: null };
  }
  return blobOf(reader, joinPath(path, NOGTREE), record);
}

function blobOf(reader: ObjectReader, path: ByteString, entry: TreeEntry): Omit<ShownEntry, 'commit'> {
  const kind = entry.mode === FileMode.symlink ? 'symlink' : 'record';
  return { kind, body: atPath(path, () => reader.readBlob(entry.oid)), gitlink: null };
}

/** The fields of a record of `stat` or `sha`. @throws FsoError that names the path, if it is not YAML */
export function fieldsOf(path: ByteString, { body }: ShownEntry): RecordFields {
  return atPath(path, () => readFields(body));
}

/** The metadata in a record of `meta`. @throws FsoError that names the path, if it cannot be read */
export function metadataOf(path: ByteString, { body }: ShownEntry): Metadata {
  return atPath(path, () => decodeMetadata(body));
}
