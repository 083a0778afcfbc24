import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { atPath } from '../../util/at-path.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { DirectoryEdit, isTree } from '../observe/diff/directory-edit.js';

/** Files by path: the new content, or null to remove the file. */
export type FileEdits = ReadonlyMap<ByteString, Buffer | null>;

/** Where trees are read from and written to. */
export interface TreeStore extends ObjectSink {
  readonly reader: ObjectReader;
}

interface GroupedEdits {
  /** Entries of this directory itself. */
  readonly direct: Map<ByteString, Buffer | null>;
  /** Edits below its subdirectories, by name. */
  readonly below: Map<ByteString, Map<ByteString, Buffer | null>>;
}

function group(edits: FileEdits): GroupedEdits {
  const grouped: GroupedEdits = { direct: new Map(), below: new Map() };
  for (const [path, body] of edits) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      grouped.direct.set(path, body);
      continue;
    }
    const name = path.slice(0, slash);
    const inside = grouped.below.get(name) ?? new Map<ByteString, Buffer | null>();
    grouped.below.set(name, inside.set(path.slice(slash + 1), body));
  }
  return grouped;
}

/**
 * Changes some files of a tree; only the trees on the way to them are read and written. Removing what
 * is not there changes nothing.
 * @returns the new tree; null if nothing is left of it
 * @throws FsoError if a path would be a file and a directory at the same time
 */
export function editFiles(store: TreeStore, tree: Oid | null, edits: FileEdits, at: ByteString = ''): Oid | null {
  const recorded = tree === null ? [] : atPath(at, () => store.reader.readTree(tree));
  const byName = new Map(recorded.map((entry) => [entry.name, entry]));
  const directory = new DirectoryEdit(tree, () => recorded);
  const { direct, below } = group(edits);
  const subdirectories = new Set(recorded.filter(isTree).map(({ name }) => name));

  for (const [name, inside] of below) {
    const entry = byName.get(name);
    const before = entry !== undefined && isTree(entry) ? entry.oid : null;
    const after = editFiles(store, before, inside, joinPath(at, name));
    if (after === null) subdirectories.delete(name);
    else subdirectories.add(name);
    if (after === before) continue;
    // A file of that name may make room in the same request.
    if (entry !== undefined && before === null && direct.get(name) !== null) throw conflict(joinPath(at, name));
    directory.setTree(entry, name, after);
  }
  for (const [name, body] of direct) {
    const entry = byName.get(name);
    if (body !== null) {
      if (subdirectories.has(name)) throw conflict(joinPath(at, name));
      directory.setBlob(entry, name, FileMode.file, body);
    } else if (entry !== undefined && !isTree(entry)) {
      directory.remove(name);
    }
  }
  return directory.write(store);
}

function conflict(path: ByteString): FsoError {
  const text = textOfBytes(path);
  return new FsoError(`${text}: cannot have metadata as a file and as a directory`, {
    remedy: `for the directory itself write ${text}/ with a slash; remove what belongs to the other kind first`,
  });
}
