import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { PreciseStat } from '../../realdir/stat/lstat.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { isTree } from '../observe/diff/directory-edit.js';
import { HashedDirectory } from './hashed-directory.js';
import { isAsHashed } from './hashed-look.js';

/** Checksums that were recorded, with what each file looked like when it was hashed. */
export interface HashSource {
  readonly reader: ObjectReader;
  /** A tree of `master-sha`. */
  readonly tree: Oid;
  /** The tree of `refs/fso/sha-seen` that belongs to it. */
  readonly hashed: Oid;
}

interface Place {
  readonly hashed: HashedDirectory;
  readonly records: ReadonlyMap<ByteString, TreeEntry>;
}

/** Looks files up that were hashed before, at the same path below the realdir: of the same size, mtime and inode. */
export class KnownHashes {
  /** Paths that look different now. */
  readonly changed: ByteString[] = [];
  private last: { readonly directory: ByteString; readonly place: Place | null } | null = null;

  constructor(private readonly source: HashSource) {}

  /** The record of a file, of which its directory is the path relative to the realdir; null if it must be hashed. */
  recordOf(directory: ByteString, name: ByteString, stat: PreciseStat): ByteString | null {
    const place = this.placeOf(directory);
    const before = place?.hashed.files.get(name);
    const entry = place?.records.get(name);
    if (before === undefined || entry?.mode !== FileMode.file) return null;
    if (isAsHashed(before, stat)) return this.source.reader.readBlob(entry.oid).toString('latin1');
    this.changed.push(joinPath(directory, name));
    return null;
  }

  private placeOf(directory: ByteString): Place | null {
    if (this.last?.directory !== directory) this.last = { directory, place: this.find(directory) };
    return this.last.place;
  }

  private find(directory: ByteString): Place | null {
    const { reader } = this.source;
    let tree: Oid | undefined = this.source.tree;
    let hashed: Oid | null = this.source.hashed;
    for (const name of directory === '' ? [] : directory.split('/')) {
      tree = reader.readTree(tree).find((entry) => entry.name === name && isTree(entry))?.oid;
      hashed = new HashedDirectory(reader, hashed).subtree(name);
      if (tree === undefined || hashed === null) return null;
    }
    const records = new Map(reader.readTree(tree).map((entry) => [entry.name, entry]));
    return { hashed: new HashedDirectory(reader, hashed), records };
  }
}
