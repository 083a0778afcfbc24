import type { ByteString } from '../../util/byte-string.js';
import { compareEntryNames, decodeTree, entryStarts, FileMode } from './tree-codec.js';
import type { TreeEntry } from './tree-codec.js';

/**
 * The entries of a tree, to be looked up by name in any order, again and again. It takes up the body of the tree and four bytes for each
 * entry, a fifth of what a map takes up.
 */
export class TreeIndex {
  readonly #body: Buffer;
  readonly #starts: Uint32Array;

  /** @param body of the tree object, which is kept. @throws FsoError if it does not parse as a tree */
  constructor(body: Buffer) {
    this.#body = body;
    this.#starts = entryStarts(body);
  }

  /** Bytes that this takes up. */
  get bytes(): number {
    return this.#body.length + this.#starts.byteLength;
  }

  /** The entry with a name; null if there is none. In a tree that is not sorted as Git sorts, entries may not be found. */
  find(name: ByteString): TreeEntry | null {
    return this.#findAs(name, false) ?? this.#findAs(name, true);
  }

  /** Directories are sorted as if their names ended with a slash. */
  #findAs(name: ByteString, isTree: boolean): TreeEntry | null {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entry(middle);
      if (compareEntryNames(entry.name, entry.mode === FileMode.directory, name, isTree) < 0) low = middle + 1;
      else high = middle;
    }
    const entry = low < this.#starts.length - 1 ? this.#entry(low) : null;
    return entry?.name === name ? entry : null;
  }

  #entry(index: number): TreeEntry {
    return decodeTree(this.#body.subarray(this.#starts[index], this.#starts[index + 1]))[0] as TreeEntry;
  }
}
