import { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import { readRef } from '../git/refs/refs.js';
import type { TreeEntry } from '../git/trees/tree-codec.js';
import { FileMode } from '../git/trees/tree-codec.js';
import type { Metadata } from '../record/metadata-json.js';
import { decodeMetadata } from '../record/metadata.js';
import type { RecordFields } from '../record/parse.js';
import { NOGTREE } from '../record/records.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { atPath } from '../util/at-path.js';
import type { HeadFacet } from '../shadow/facets.js';
import { HEAD_FACETS } from '../shadow/facets.js';
import { SEE_WHAT_IS } from './ls.js';
import { readFields } from './read-fields.js';
import { findEntry, isConfiguration } from '../shadow/read/tree-files.js';
import { commitAt } from './times/state-at.js';

/** Nothing is recorded at a path. */
export class NotRecordedError extends FsoError {
  override readonly name = 'NotRecordedError';
}

/** What the branch of one facet has at a path. */
export interface ShownEntry {
  /** The commit of the branch that was looked at. */
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
 * @param seconds when, since 1970; infinite for now
 * @throws NotRecordedError if no branch has it; FsoError that names the path, if an object cannot be read
 */
export function showPath(
  gitDir: ByteString,
  refOf: (facet: HeadFacet) => string,
  path: ByteString,
  seconds = Number.POSITIVE_INFINITY,
): ShownPath {
  const reader = ObjectReader.open(gitDir);
  const show = (facet: HeadFacet): ShownEntry | null => {
    const tip = path.split('/').some(isConfiguration) ? null : readRef(gitDir, refOf(facet));
    if (tip === null) return null;
    const commit = Number.isFinite(seconds) ? commitAt(gitDir, reader, tip, seconds) : tip;
    if (commit === null) return null;
    const entry = shownEntry(reader, reader.readCommit(commit).tree, path);
    return entry === null ? null : { commit, ...entry };
  };
  try {
    const shown = { stat: show('stat'), sha: show('sha'), meta: show('meta'), content: show('content') };
    if (HEAD_FACETS.some((facet) => shown[facet] !== null)) return shown;
    const then = Number.isFinite(seconds) ? ' then' : '';
    throw new NotRecordedError(`${path === '' ? '.' : textOfBytes(path)}: not recorded${then}`, { remedy: SEE_WHAT_IS });
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
