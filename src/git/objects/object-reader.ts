import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { alternateDirs } from './alternates.js';
import { BaseCache } from './base-cache.js';
import type { RawObject } from './base-cache.js';
import { decodeCommit } from '../commits/commit-codec.js';
import type { Commit } from '../commits/commit-codec.js';
import { ObjectDirectory } from './object-directory.js';
import type { Found } from './object-directory.js';
import { DamagedObjectError, MissingObjectError } from './object-errors.js';
import { hashObject, oidToHex } from './object-id.js';
import type { ObjectType, Oid } from './object-id.js';
import { decodeTree, findInTree } from '../trees/tree-codec.js';
import type { TreeEntry } from '../trees/tree-codec.js';
import { TreeBudget } from '../trees/tree-budget.js';
import { TreeIndex } from '../trees/tree-index.js';
import { TreeLookup } from '../trees/tree-lookup.js';

/** The biggest commit that is read, in bytes: who writes one by hand may have much to say. */
export const COMMIT_MAX = 16 * 1024 * 1024;
/** Other objects are only bounded by what is stored of them. */
const ANY_SIZE = Number.POSITIVE_INFINITY;

/** How often packs may change while one object is looked for. */
const ATTEMPTS_MAX = 50;

// Git takes the empty tree for granted, whether or not it has been written.
export const EMPTY_TREE = hashObject('tree', '');
export const EMPTY_BLOB = hashObject('blob', '');

/**
 * Reads objects of one repository: loose ones, packs and alternates. Nothing is opened before the
 * first read, and the whole of a pack is never in memory. Close it when done: it holds open files.
 */
export class ObjectReader {
  readonly #gitDir: ByteString;
  readonly #cache = new BaseCache();
  readonly #own: ObjectDirectory;
  #budget: TreeBudget | null = null;
  #alternates: readonly ObjectDirectory[] | null = null;

  private constructor(gitDir: ByteString) {
    this.#gitDir = gitDir;
    this.#own = new ObjectDirectory(`${gitDir}/objects`, this.#cache);
  }

  /** @param gitDir absolute path of the `.git` directory. Costs nothing; errors come with the reads. */
  static open(gitDir: ByteString): ObjectReader {
    return new ObjectReader(gitDir);
  }

  /**
   * The object with this id.
   * @param maxBytes the biggest that is read into memory
   * @throws MissingObjectError, DamagedObjectError (only if no intact copy exists, or it is bigger)
   */
  read(oid: Oid, maxBytes = ANY_SIZE): RawObject {
    const found = this.#find(oid, maxBytes);
    if (found === null) throw new MissingObjectError(this.#gitDir, oid);
    if (found instanceof DamagedObjectError) throw found;
    return found;
  }

  /**
   * The entries of a tree, in Git's order. Throws like `read`, and if the object is no tree.
   * @throws TooManyPathsError if the same trees were read so often that they stand for too many paths
   */
  readTree(oid: Oid): TreeEntry[] {
    let length = 0;
    const entries = this.#decoded(oid, 'tree', ANY_SIZE, (body) => {
      ({ length } = body);
      return decodeTree(body);
    });
    (this.#budget ??= new TreeBudget(this.#gitDir)).spend(oid, length);
    return entries;
  }

  /**
   * The entries of a tree, to be looked up by name. Throws like `read`, and if the object is no tree;
   * FsoError may come later, too, if it is damaged. It may be read as often as one likes: for what is compared with
   * real directories, these set the bound.
   */
  lookUpTree(oid: Oid): TreeLookup {
    return this.#decoded(oid, 'tree', ANY_SIZE, (body) => new TreeLookup(body));
  }

  /**
   * The entries of a tree, to be looked up by name again and again. Throws like `read`, and if the object is no tree. It may be read as
   * often as one likes: nobody finds more paths in it than he asks for.
   */
  indexTree(oid: Oid): TreeIndex {
    return this.#decoded(oid, 'tree', ANY_SIZE, (body) => new TreeIndex(body));
  }

  /** The entry of a tree with a name, without the others; null if there is none. Throws like `read`, and if the object is no tree. */
  findInTree(oid: Oid, name: ByteString): TreeEntry | null {
    return this.#decoded(oid, 'tree', ANY_SIZE, (body) => findInTree(body, name));
  }

  /** The content of a blob of at most `maxBytes`. Throws like `read`, and if the object is no blob. */
  readBlob(oid: Oid, maxBytes = ANY_SIZE): Buffer {
    return this.#decoded(oid, 'blob', maxBytes, (body) => body);
  }

  /** A commit. Throws like `read`, and if the object is no commit. */
  readCommit(oid: Oid): Commit {
    return this.#decoded(oid, 'commit', COMMIT_MAX, decodeCommit);
  }

  /** A bound of its own for something else that is read again and again, such as the records of a listing. */
  newBudget(): TreeBudget {
    return new TreeBudget(this.#gitDir);
  }

  /** True if the object is there and can be read. */
  has(oid: Oid): boolean {
    const found = this.#find(oid, ANY_SIZE);
    return found !== null && !(found instanceof DamagedObjectError);
  }

  /** Closes all files. The reader may be used again afterwards and opens what it needs. */
  close(): void {
    this.#own.close();
    for (const alternate of this.#alternates ?? []) alternate.close();
    this.#alternates = null;
  }

  #decoded<T>(oid: Oid, type: ObjectType, maxBytes: number, decode: (body: Buffer) => T): T {
    const object = this.read(oid, maxBytes);
    if (object.type !== type) throw this.#damaged(oid, `is a ${object.type} where a ${type} is expected`);
    try {
      return decode(object.body);
    } catch (error) {
      throw error instanceof FsoError ? this.#damaged(oid, `is damaged: ${error.message}`, error) : error;
    }
  }

  #damaged(oid: Oid, what: string, cause?: unknown): DamagedObjectError {
    return new DamagedObjectError(this.#gitDir, `object ${oidToHex(oid)} ${what}`, cause);
  }

  #find(oid: Oid, maxBytes: number): Found {
    const first = this.#own.find(oid, maxBytes);
    if (isIntact(first)) return first;
    if (oid === EMPTY_TREE) return { type: 'tree', body: Buffer.alloc(0) };
    const directories = [this.#own, ...this.#openAlternates()];
    let found = this.#findIn(directories.slice(1), oid, maxBytes) ?? first;
    // Packs may be swapped again before we get to the new ones. What is in none of the same packs twice is missing.
    for (let attempt = 1, isChanged = true; isChanged && !isIntact(found) && attempt <= ATTEMPTS_MAX; attempt++) {
      isChanged = directories.map((directory) => directory.rescan()).includes(true);
      found = this.#findIn(directories, oid, maxBytes) ?? found;
    }
    return found;
  }

  /** The first intact copy, else what is known of a damaged one. */
  #findIn(directories: readonly ObjectDirectory[], oid: Oid, maxBytes: number): Found {
    let damaged: Found = null;
    for (const directory of directories) {
      const found = directory.find(oid, maxBytes);
      if (isIntact(found)) return found;
      damaged ??= found;
    }
    return damaged;
  }

  #openAlternates(): readonly ObjectDirectory[] {
    this.#alternates ??= alternateDirs(`${this.#gitDir}/objects`).map((dir) => new ObjectDirectory(dir, this.#cache));
    return this.#alternates;
  }
}

function isIntact(found: Found): found is RawObject {
  return found !== null && !(found instanceof DamagedObjectError);
}
