import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { RawObject } from './base-cache.js';
import type { LargeBlob } from './blob-stream.js';
import { encodeCommit } from '../commits/commit-codec.js';
import type { Commit } from '../commits/commit-codec.js';
import { KeepGuard } from '../packs/keep-guard.js';
import { writeLooseObjects } from './loose-writer.js';
import { bytesOfBody } from './object-body.js';
import { hashObject } from './object-id.js';
import type { ObjectType, Oid } from './object-id.js';
import { PackWriter } from '../packs/pack-writer.js';
import { encodeTree } from '../trees/tree-codec.js';
import type { TreeEntry } from '../trees/tree-codec.js';

/** Up to this many objects, and bytes in all, become loose; more become a pack. */
const LOOSE_MAX = 50;
const LOOSE_BYTES = 1024 * 1024;

/**
 * Writes the objects of one transaction. A few are held in memory and written loose at the end; more
 * are streamed into one pack, so that memory stays bounded. Each distinct object is written once.
 * Nothing can be read before `finish`, and `finish` or `abort` must come last.
 */
export class ObjectWriter {
  readonly #objectsDir: ByteString;
  readonly #looseMax: number;
  readonly #owner: string;
  readonly #held = new Map<Oid, RawObject>();
  #heldBytes = 0;
  #pack: PackWriter | null = null;
  #isDone = false;

  private constructor(gitDir: ByteString, looseMax: number, owner: string) {
    this.#objectsDir = `${gitDir}/objects`;
    this.#looseMax = looseMax;
    this.#owner = owner;
  }

  /**
   * Touches nothing until there is much to write.
   * @param gitDir absolute path of the `.git` directory.
   * @param options.looseMax up to how many objects become loose. With 0 there is always a pack, which
   * the guard of `finish` protects even from `git gc --prune=now`; nothing protects new loose objects.
   * @param options.owner names temporary packs after the lock under which they are written
   */
  static open(gitDir: ByteString, { looseMax = LOOSE_MAX, owner = '' }: { looseMax?: number; owner?: string } = {}): ObjectWriter {
    return new ObjectWriter(gitDir, looseMax, owner);
  }

  /** The number of distinct objects so far. */
  get count(): number {
    return this.#pack?.count ?? this.#held.size;
  }

  /** True if there were so many objects that they are in a pack. */
  get hasPack(): boolean {
    return this.#pack !== null;
  }

  /** @param body the content; a string must be ASCII. A Buffer must not be changed before `finish`. */
  writeBlob(body: Buffer | string): Oid {
    return this.#write('blob', body);
  }

  /**
   * Stores a blob that is too large for memory; nothing else may be written before it is done.
   * @param oid its id, from `hashLargeBlob`
   * @throws BlobLostError if it cannot be read or was changed; everything else is as it was then
   */
  async writeLargeBlob(oid: Oid, blob: LargeBlob, signal?: AbortSignal): Promise<void> {
    this.#refuseIfDone();
    const pack = this.#openPack();
    if (!pack.has(oid)) await pack.addLargeBlob(oid, blob, signal);
  }

  /** @param entries in Git's order (`compareEntryNames`). */
  writeTree(entries: readonly TreeEntry[]): Oid {
    return this.#write('tree', encodeTree(entries));
  }

  writeCommit(commit: Commit): Oid {
    return this.#write('commit', encodeCommit(commit));
  }

  /**
   * Puts everything on disk, synced with its directories. Release the guard as soon as a ref names
   * the objects. An error leaves nothing behind but, at worst, objects that nothing refers to.
   */
  finish(): KeepGuard {
    this.#refuseIfDone();
    this.#isDone = true;
    if (this.#pack !== null) return this.#pack.finish();
    writeLooseObjects(this.#objectsDir, this.#held);
    return KeepGuard.none();
  }

  /** Ends the writing, and returns what was held in memory so far; null if that was too much, so that there is a pack. */
  takeHeld(): RawObject[] | null {
    this.#refuseIfDone();
    if (this.#pack !== null) return null;
    this.#isDone = true;
    return [...this.#held.values()];
  }

  /** Stores an object, whatever it is. */
  writeObject({ type, body }: RawObject): Oid {
    return this.#write(type, body);
  }

  /** Gives up: removes temporary files. Harmless after `finish` or a failure. */
  abort(): void {
    if (!this.#isDone) this.#pack?.abort();
    this.#isDone = true;
    this.#held.clear();
  }

  #write(type: ObjectType, body: Buffer | string): Oid {
    this.#refuseIfDone();
    const oid = hashObject(type, body);
    if (this.#pack !== null) {
      this.#pack.add(type, oid, body);
    } else if (!this.#held.has(oid)) {
      this.#hold(type, oid, body);
    }
    return oid;
  }

  #hold(type: ObjectType, oid: Oid, body: Buffer | string): void {
    this.#held.set(oid, { type, body: bytesOfBody(body) });
    this.#heldBytes += body.length;
    if (this.#held.size > this.#looseMax || this.#heldBytes > LOOSE_BYTES) this.#openPack();
  }

  /** The pack; what was held so far goes there, too. */
  #openPack(): PackWriter {
    if (this.#pack !== null) return this.#pack;
    const pack = new PackWriter(this.#objectsDir, this.#owner);
    this.#pack = pack;
    for (const [held, object] of this.#held) pack.add(object.type, held, object.body);
    this.#held.clear();
    return pack;
  }

  #refuseIfDone(): void {
    if (this.#isDone) throw new FsoError('the objects of this transaction are written already');
  }
}
