import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { Metadata } from '../../record/metadata-json.js';
import { decodeMetadata } from '../../record/metadata.js';
import { metadataFile, metadataPath } from '../../record/metadata-path.js';
import { branchOf } from '../../shadow/facets.js';
import { treeOfBranch } from '../../shadow/read/facet-tree.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { atPath } from '../../util/at-path.js';
import { findEntry, recordFiles } from '../../shadow/read/tree-files.js';

/** A path and its metadata. */
export interface PathMetadata {
  /** `.` is the toplevel; directories end with a slash. */
  readonly path: ByteString;
  readonly metadata: Metadata;
}

/**
 * The metadata of a path in a tree of `master-meta`; empty if it has none.
 * @param tree null if the branch does not exist
 * @throws FsoError that names the path, for a record that cannot be read
 */
export function readMetadata(reader: ObjectReader, tree: Oid | null, path: ByteString): Metadata {
  const file = metadataFile(path);
  const entry = tree === null ? null : findEntry(reader, tree, file);
  if (entry === null || entry.mode === FileMode.directory) return new Map();
  return atPath(file, () => metadataOf(reader, entry));
}

/**
 * All metadata in a tree of `master-meta`, in Git's order, one at a time.
 * @throws FsoError that names the path, for a record that cannot be read
 * @internal for tests
 */
export function* listMetadata(reader: ObjectReader, tree: Oid): Generator<PathMetadata> {
  for (const { path, entry } of recordFiles(reader, tree)) {
    yield { path: metadataPath(path), metadata: atPath(path, () => metadataOf(reader, entry)) };
  }
}

/** The metadata that a repo has for a path; empty if it has none. Throws like `readMetadata`. */
export function metadataAt(repo: ShadowRepo, path: ByteString): Metadata {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    return readMetadata(reader, treeOfBranch(repo.gitDir, reader, branchOf('meta')), path);
  } finally {
    reader.close();
  }
}

/** All metadata of a repo, one at a time. Throws like `listMetadata`. */
export function* allMetadata(repo: ShadowRepo): Generator<PathMetadata> {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const tree = treeOfBranch(repo.gitDir, reader, branchOf('meta'));
    if (tree !== null) yield* listMetadata(reader, tree);
  } finally {
    reader.close();
  }
}

function metadataOf(reader: ObjectReader, entry: TreeEntry): Metadata {
  if (entry.mode === FileMode.symlink) throw new FsoError('a symlink where a record of metadata is expected');
  if (entry.mode === FileMode.gitlink) throw new FsoError('a gitlink where a record of metadata is expected');
  return decodeMetadata(reader.readBlob(entry.oid));
}
