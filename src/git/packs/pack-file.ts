import { constants, inflateSync } from 'node:zlib';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { BaseCache, RawObject } from '../objects/base-cache.js';
import { applyDelta } from './delta.js';
import { DamagedObjectError } from '../objects/object-errors.js';
import type { ObjectType, Oid } from '../objects/object-id.js';
import { CHAIN_DELTAS_MAX, CHAIN_MAX, CHAIN_RESULTS_MAX, mostFromDelta, mostUnpacked } from '../objects/object-limits.js';
import { PackIndex } from './pack-index.js';
import { WindowFile } from '../../storage/window-file.js';
import { unwrapStored } from './zlib-stored.js';

const TYPE_NAMES: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
const OFS_DELTA = 6;
const REF_DELTA = 7;
const OID_LENGTH = 20;
const PACK_HEADER_LENGTH = 12;
/** Type, size and base of an entry fit into this many bytes. */
const HEADER_MAX = 40;

interface EntryHeader {
  readonly typeNumber: number;
  readonly size: number;
  readonly dataAt: number;
  readonly baseAt: number;
}

let packCount = 0;

/** One pack with its index. Files are opened at the first use and closed by `close`, which is not final. */
export class PackFile {
  readonly path: ByteString;
  readonly #cache: BaseCache;
  readonly #number = packCount++;
  #index: PackIndex | null = null;
  #data: WindowFile | null = null;

  /** @param path the path of the `.pack` file. */
  constructor(path: ByteString, cache: BaseCache) {
    this.path = path;
    this.#cache = cache;
  }

  /** True while the pack holds an open file. */
  get isOpen(): boolean {
    return this.#data !== null;
  }

  /** The offset of the object in this pack, or -1. Throws a system error if the files are gone. */
  offsetOf(oid: Oid): number {
    this.#index ??= new PackIndex(this.path.replace(/\.pack$/, '.idx'));
    return this.#index.offsetOf(oid);
  }

  /**
   * Reads the entry at an offset that the index gave, following deltas to their base.
   * @param maxBytes a bigger object is not unpacked
   * @throws DamagedObjectError if it is damaged, or bigger
   */
  readAt(offset: number, maxBytes: number): RawObject {
    /** By offset, the first to read first. */
    const deltas = new Map<number, Buffer>();
    let at = offset;
    let [deltaBytes, resultBytes] = [0, 0];
    let object = this.#cached(at);
    while (object === undefined) {
      const header = this.#header(at);
      const type = TYPE_NAMES[header.typeNumber];
      if (type !== undefined && deltas.size === 0 && header.size > maxBytes) throw this.#tooBig(offset);
      const content = this.#inflate(header);
      if (type !== undefined) {
        object = { type, body: content };
        break;
      }
      deltas.set(at, content);
      deltaBytes += content.length;
      if (deltas.size > CHAIN_MAX || deltaBytes > CHAIN_DELTAS_MAX) throw this.#damaged(offset, 'the chain of deltas is too long');
      at = header.baseAt;
      // Bases by name may lie anywhere, so that a damaged pack can lead round in a circle.
      if (deltas.has(at)) throw this.#damaged(at, 'the chain of deltas leads round in a circle');
      object = this.#cached(at);
    }
    for (const [next, delta] of [...deltas].reverse()) {
      this.#cache.put(this.#key(at), object);
      const most = next === offset ? maxBytes : Number.POSITIVE_INFINITY;
      const body = applyDelta(object.body, delta, Math.min(most, mostFromDelta(object.body.length, delta.length)));
      if (body === null) throw this.#damaged(next, 'the delta does not fit its base, or makes too much of it');
      resultBytes += body.length;
      if (resultBytes > CHAIN_RESULTS_MAX) throw this.#damaged(offset, 'the chain of deltas makes too much of its base');
      object = { type: object.type, body };
      at = next;
    }
    if (object.body.length > maxBytes) throw this.#tooBig(offset);
    return object;
  }

  close(): void {
    this.#index?.close();
    this.#data?.close();
    this.#index = null;
    this.#data = null;
  }

  get #file(): WindowFile {
    if (this.#data !== null) return this.#data;
    this.#index ??= new PackIndex(this.path.replace(/\.pack$/, '.idx'));
    const file = new WindowFile(this.path);
    const isPack = file.size > PACK_HEADER_LENGTH + OID_LENGTH && file.view(0, 4).toString('latin1') === 'PACK';
    if (!isPack || !file.read(file.size - OID_LENGTH, OID_LENGTH).equals(this.#index.packChecksum)) {
      file.close();
      throw new DamagedObjectError(this.path, 'damaged pack: it does not belong to its index, or is cut short');
    }
    this.#data = file;
    return file;
  }

  /** A text: a daemon opens so many packs that one number could not name a pack and an offset exactly. */
  #key(offset: number): string {
    return `${this.#number} ${offset}`;
  }

  #cached(offset: number): RawObject | undefined {
    return this.#cache.get(this.#key(offset));
  }

  #header(offset: number): EntryHeader {
    const bytes = this.#file.view(offset, HEADER_MAX);
    let at = 0;
    let byte = bytes[at++] ?? 0;
    const typeNumber = (byte >> 4) & 7;
    let size = byte & 15;
    for (let factor = 16; (byte & 0x80) !== 0; factor *= 128) {
      byte = bytes[at++] ?? 0;
      size += (byte & 0x7f) * factor;
    }
    let baseAt = -1;
    if (typeNumber === OFS_DELTA) {
      byte = bytes[at++] ?? 0;
      let distance = byte & 0x7f;
      while ((byte & 0x80) !== 0) {
        byte = bytes[at++] ?? 0;
        distance = (distance + 1) * 128 + (byte & 0x7f);
      }
      baseAt = offset - distance;
    } else if (typeNumber === REF_DELTA) {
      const base = bytes.toString('latin1', at, at + OID_LENGTH) as Oid;
      if (base.length === OID_LENGTH) baseAt = this.offsetOf(base);
      at += OID_LENGTH;
    } else if (TYPE_NAMES[typeNumber] === undefined) {
      throw this.#damaged(offset, `there is no object type ${typeNumber}`);
    }
    if (typeNumber >= OFS_DELTA && (baseAt <= 0 || (typeNumber === OFS_DELTA && baseAt >= offset))) {
      throw this.#damaged(offset, 'the base of a delta is missing');
    }
    return { typeNumber, size, dataAt: offset + at, baseAt };
  }

  #inflate({ size, dataAt }: EntryHeader): Buffer {
    const file = this.#file;
    if (size > mostUnpacked(file.size - dataAt)) throw this.#damaged(dataAt, 'the size is wrong, or the object too big');
    // What deflate can need for incompressible content, and some more; a stranger encoder may need yet more.
    for (let length = size + (size >>> 10) + 64; ; length = length * 2 + 65536) {
      const stream = file.view(dataAt, length);
      const stored = unwrapStored(stream, size);
      if (stored === undefined) throw this.#damaged(dataAt, 'the checksum is wrong');
      if (stored !== null) return stored;
      try {
        const body = inflateSync(stream, {
          chunkSize: Math.max(64, size + 1),
          maxOutputLength: Math.max(1, size),
          finishFlush: constants.Z_FINISH,
        });
        if (body.length === size) return body;
        throw this.#damaged(dataAt, 'the size is wrong');
      } catch (error) {
        const mayContinue = errnoOf(error) === 'Z_BUF_ERROR' && dataAt + length < file.size;
        if (!mayContinue) throw error instanceof DamagedObjectError ? error : this.#damaged(dataAt, 'it cannot be unpacked', error);
      }
    }
  }

  #tooBig(offset: number): DamagedObjectError {
    return this.#damaged(offset, 'the object is bigger than one of its kind can be');
  }

  #damaged(offset: number, what: string, cause?: unknown): DamagedObjectError {
    return new DamagedObjectError(this.path, `damaged pack at byte ${offset}: ${what}`, cause);
  }
}
