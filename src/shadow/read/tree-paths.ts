import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import type { TreeIndex } from '../../git/trees/tree-index.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';

/** Bytes of trees that are kept. */
const KEPT_BYTES = 5_000_000;
/** So many trees are kept, however large: what is asked about the paths of one directory in turn must not have them read each time. */
const KEPT_TREES = 16;

/** Looks up paths in trees, many in the same ones, best directory by directory: the trees that were used last are kept. */
export class TreePaths {
  readonly #trees = new Map<Oid, TreeIndex>();
  #bytes = 0;
  #directory: ByteString = '';
  /** The tree of the last directory in each tree that it was looked up in; null where it is none. */
  readonly #inTrees = new Map<Oid, Oid | null>();

  constructor(private readonly reader: ObjectReader) {}

  /**
   * The entry at a path; null if there is none.
   * @param tree null for an empty one
   * @param path without a slash at either end, not empty
   * @throws FsoError if a tree cannot be read
   */
  find(tree: Oid | null, path: ByteString): TreeEntry | null {
    const slash = path.lastIndexOf('/');
    const directory = this.#directoryIn(tree, path.slice(0, Math.max(slash, 0)));
    return directory === null ? null : this.#indexOf(directory).find(path.slice(slash + 1));
  }

  /** The tree of a directory in a tree; null if it is none. */
  #directoryIn(tree: Oid | null, directory: ByteString): Oid | null {
    if (tree === null || directory === '') return tree;
    if (directory !== this.#directory) {
      this.#directory = directory;
      this.#inTrees.clear();
    }
    let found = this.#inTrees.get(tree);
    if (found === undefined) {
      found = tree;
      for (const name of directory.split('/')) {
        const entry: TreeEntry | null = found === null ? null : this.#indexOf(found).find(name);
        found = entry?.mode === FileMode.directory ? entry.oid : null;
      }
      this.#inTrees.set(tree, found);
    }
    return found;
  }

  #indexOf(oid: Oid): TreeIndex {
    let index = this.#trees.get(oid);
    // What is used last comes last, so that the first is what was not used for longest.
    if (index !== undefined) this.#trees.delete(oid);
    else {
      index = this.reader.indexTree(oid);
      this.#bytes += index.bytes;
    }
    this.#trees.set(oid, index);
    for (const [oldest, { bytes }] of this.#trees) {
      if (this.#bytes <= KEPT_BYTES || this.#trees.size <= KEPT_TREES) break;
      this.#trees.delete(oldest);
      this.#bytes -= bytes;
    }
    return index;
  }
}
