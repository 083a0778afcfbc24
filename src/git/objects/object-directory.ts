import { readdirSync } from 'node:fs';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, unlessErrno } from '../../util/errors.js';
import type { BaseCache, RawObject } from './base-cache.js';
import { readLooseObject } from './loose-object.js';
import { DamagedObjectError } from './object-errors.js';
import type { Oid } from './object-id.js';
import { PackFile } from '../packs/pack-file.js';

/** More packs than this are not held open at the same time. */
const OPEN_PACKS_MAX = 64;

/** Of so many loose objects that are not longer than that many bytes the content is kept: a run reads the stub several times. */
const LOOSE_KEPT_MAX = 16;
const LOOSE_KEPT_BYTES = 4096;

/** What a search found: the object; or where it lay damaged; or nothing. */
export type Found = RawObject | DamagedObjectError | null;

/** An `objects` directory: loose objects and packs. */
export class ObjectDirectory {
  readonly #path: ByteString;
  readonly #cache: BaseCache;
  // The pack that served last comes first.
  #packs: PackFile[] | null = null;
  /** Loose objects that were read, the last one at the end. */
  readonly #loose = new Map<Oid, RawObject>();

  constructor(path: ByteString, cache: BaseCache) {
    this.#path = path;
    this.#cache = cache;
  }

  /** Looks for the object in the packs known so far, then among the loose ones. One of more than `maxBytes` counts as damaged. */
  find(oid: Oid, maxBytes: number): Found {
    const packed = this.#findPacked(oid, maxBytes);
    if (packed !== null && !(packed instanceof DamagedObjectError)) return packed;
    try {
      return this.#findLoose(oid, maxBytes) ?? packed;
    } catch (error) {
      if (error instanceof DamagedObjectError) return error;
      throw error;
    }
  }

  /**
   * Forgets packs that are gone and learns of new ones; `git gc` swaps them under our feet.
   * @returns whether there were any
   */
  rescan(): boolean {
    const known = new Map((this.#packs ?? []).map((pack) => [pack.path, pack]));
    const paths = this.#listPacks();
    const isChanged = paths.length !== known.size || paths.some((path) => !known.has(path));
    this.#packs = paths.map((path) => {
      const pack = known.get(path) ?? new PackFile(path, this.#cache);
      known.delete(path);
      return pack;
    });
    for (const gone of known.values()) gone.close();
    return isChanged;
  }

  close(): void {
    for (const pack of this.#packs ?? []) pack.close();
    this.#packs = null;
    this.#loose.clear();
  }

  #listPacks(): ByteString[] {
    const dir = `${this.#path}/pack`;
    const names = unlessErrno(['ENOENT', 'ENOTDIR'], [], () => readdirSync(fsPath(dir), 'latin1'));
    const present = new Set(names);
    return names
      .filter((name) => name.endsWith('.idx') && present.has(name.replace(/\.idx$/, '.pack')))
      .map((name) => `${dir}/${name.replace(/\.idx$/, '.pack')}`);
  }

  #findPacked(oid: Oid, maxBytes: number): Found {
    if (this.#packs === null) this.rescan();
    let damaged: DamagedObjectError | null = null;
    for (const pack of this.#packs ?? []) {
      try {
        const offset = pack.offsetOf(oid);
        if (offset < 0) continue;
        const object = pack.readAt(offset, maxBytes);
        this.#prefer(pack);
        return object;
      } catch (error) {
        if (error instanceof DamagedObjectError) damaged ??= error;
        else if (errnoOf(error) === 'ENOENT') this.#forget(pack);
        else throw error;
      }
    }
    return damaged;
  }

  #findLoose(oid: Oid, maxBytes: number): RawObject | null {
    const kept = this.#loose.get(oid);
    if (kept !== undefined && kept.body.length <= maxBytes) return kept;
    const object = readLooseObject(this.#path, oid, maxBytes);
    if (object === null || object.body.length > LOOSE_KEPT_BYTES) return object;
    this.#loose.set(oid, object);
    const [oldest] = this.#loose.keys();
    if (this.#loose.size > LOOSE_KEPT_MAX && oldest !== undefined) this.#loose.delete(oldest);
    return object;
  }

  #prefer(pack: PackFile): void {
    const packs = this.#packs ?? [];
    if (packs[0] === pack) return;
    packs.splice(packs.indexOf(pack), 1);
    packs.unshift(pack);
    const open = packs.filter((one) => one.isOpen);
    if (open.length > OPEN_PACKS_MAX) open.at(-1)?.close();
  }

  #forget(pack: PackFile): void {
    pack.close();
    this.#packs = (this.#packs ?? []).filter((other) => other !== pack);
  }
}
