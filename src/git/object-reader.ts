import type { ByteString } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { alternateDirs } from './alternates.js';
import { BaseCache } from './base-cache.js';
import type { RawObject } from './base-cache.js';
import { decodeCommit } from './commit-codec.js';
import type { Commit } from './commit-codec.js';
import { ObjectDirectory } from './object-directory.js';
import type { Found } from './object-directory.js';
import { DamagedObjectError, MissingObjectError } from './object-errors.js';
import { hashObject, oidToHex } from './object-id.js';
import type { ObjectType, Oid } from './object-id.js';
import { decodeTree } from './tree-codec.js';
import type { TreeEntry } from './tree-codec.js';
import { TreeLookup } from './tree-lookup.js';

/** How often packs may change while one object is looked for. */
const ATTEMPTS_MAX = 50;

// Git takes the empty tree for granted, whether or not it has been written.
const EMPTY_TREE = hashObject('tree', '');

/**
 * Reads objects of one repository: loose ones, packs and alternates. Nothing is opened before the
 * first read, and the whole of a pack is never in memory. Close it when done: it holds open files.
 */
export class ObjectReader {
  readonly #gitDir: ByteString;
  readonly #cache = new BaseCache();
  readonly #own: ObjectDirectory;
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
   * @throws MissingObjectError, DamagedObjectError (only if no intact copy exists)
   */
  read(oid: Oid): RawObject {
    const found = this.#find(oid);
    if (found === null) throw new MissingObjectError(this.#gitDir, oid);
    if (found instanceof DamagedObjectError) throw found;
    return found;
  }

  /** The entries of a tree, in Git's order. Throws like `read`, and if the object is no tree. */
  readTree(oid: Oid): TreeEntry[] {
    return this.#decoded(oid, 'tree', decodeTree);
  }

  /**
   * The entries of a tree, to be looked up by name. Throws like `read`, and if the object is no tree;
   * FsoError may come later, too, if it is damaged.
   */
  lookUpTree(oid: Oid): TreeLookup {
    return this.#decoded(oid, 'tree', (body) => new TreeLookup(body));
  }

  /** The content of a blob. Throws like `read`, and if the object is no blob. */
  readBlob(oid: Oid): Buffer {
    return this.#decoded(oid, 'blob', (body) => body);
  }

  /** A commit. Throws like `read`, and if the object is no commit. */
  readCommit(oid: Oid): Commit {
    return this.#decoded(oid, 'commit', decodeCommit);
  }

  /** True if the object is there and can be read. */
  has(oid: Oid): boolean {
    const found = this.#find(oid);
    return found !== null && !(found instanceof DamagedObjectError);
  }

  /** Closes all files. The reader may be used again afterwards and opens what it needs. */
  close(): void {
    this.#own.close();
    for (const alternate of this.#alternates ?? []) alternate.close();
    this.#alternates = null;
  }

  #decoded<T>(oid: Oid, type: ObjectType, decode: (body: Buffer) => T): T {
    const object = this.read(oid);
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

  #find(oid: Oid): Found {
    const first = this.#own.find(oid);
    if (isIntact(first)) return first;
    if (oid === EMPTY_TREE) return { type: 'tree', body: Buffer.alloc(0) };
    const directories = [this.#own, ...this.#openAlternates()];
    let found = this.#findIn(directories.slice(1), oid) ?? first;
    // Packs may be swapped again before we get to the new ones. What is in none of the same packs twice is missing.
    for (let attempt = 1, isChanged = true; isChanged && !isIntact(found) && attempt <= ATTEMPTS_MAX; attempt++) {
      isChanged = directories.map((directory) => directory.rescan()).includes(true);
      found = this.#findIn(directories, oid) ?? found;
    }
    return found;
  }

  /** The first intact copy, else what is known of a damaged one. */
  #findIn(directories: readonly ObjectDirectory[], oid: Oid): Found {
    let damaged: Found = null;
    for (const directory of directories) {
      const found = directory.find(oid);
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
