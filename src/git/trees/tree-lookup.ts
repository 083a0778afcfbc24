import type { ByteString } from '../../util/byte-string.js';
import { TreeDecoder } from './tree-codec.js';
import type { TreeEntry } from './tree-codec.js';

const NONE: ReadonlyMap<ByteString, TreeEntry> = new Map();

/**
 * The entries of a tree that are still to be met. Names may be asked for in any order; in the order
 * of their bytes, in which a directory is listed, it costs one comparison a name and no memory.
 */
export class TreeLookup {
  /** True if one of the entries that were deleted was there more than once. */
  hasDoubles = false;
  readonly #decoder: TreeDecoder;
  #next: TreeEntry | undefined;
  /** What came before a name that was asked for. */
  #passed: Map<ByteString, TreeEntry> | null = null;

  /** @param body of the tree object. Here and later, FsoError is thrown if it does not parse as a tree. */
  constructor(body: Buffer) {
    this.#decoder = new TreeDecoder(body);
    this.#next = this.#decoder.next();
  }

  /** The entry with this name, unless it was deleted. */
  get(name: ByteString): TreeEntry | undefined {
    if (this.#next?.name === name) return this.#next;
    while (this.#next !== undefined && this.#next.name < name) this.#pass(this.#next);
    if (this.#next?.name === name) return this.#next;
    // A subdirectory is sorted as if its name ended with a slash, so it may stand behind longer names.
    if (this.#next?.name.startsWith(name) === true) return this.remaining().get(name);
    return this.#passed?.get(name);
  }

  /** Forgets an entry. */
  delete(name: ByteString): void {
    if (this.get(name) !== this.#next || this.#next === undefined) {
      this.#passed?.delete(name);
      return;
    }
    this.#next = this.#decoder.next();
    // Damaged trees only: version 0.2.0 made such of directories that list a name twice.
    while (this.#next?.name === name) {
      this.#next = this.#decoder.next();
      this.hasDoubles = true;
    }
  }

  /** All entries that were not deleted, by name. */
  remaining(): ReadonlyMap<ByteString, TreeEntry> {
    while (this.#next !== undefined) this.#pass(this.#next);
    return this.#passed ?? NONE;
  }

  #pass(entry: TreeEntry): void {
    (this.#passed ??= new Map()).set(entry.name, entry);
    this.#next = this.#decoder.next();
  }
}
