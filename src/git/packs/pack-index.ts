import type { ByteString } from '../../util/byte-string.js';
import type { Oid } from '../objects/object-id.js';
import { DamagedObjectError } from '../objects/object-errors.js';
import { compareId, findId } from '../objects/sorted-ids.js';
import { WindowFile } from '../../storage/window-file.js';

/** Up to this size (36,000 objects) an index is read as a whole, and its file is not kept open: there may be many. */
const SMALL_BYTES = 1024 * 1024;
/** Up to this size (about 1.4 million objects) that is done once enough was asked; a bigger one is always read in places. */
const IN_MEMORY_BYTES = 40 * 1024 * 1024;
/** To read so many bytes at once takes as long as to answer one question in places. */
const BYTES_PER_QUESTION = 16 * 1024;
/** How many neighbours of the expected place are read at once in an index that is not in memory. */
const NEIGHBOURS = 150;

const SIGNATURE = 0xff744f63;
const FANOUT_AT = 8;
const NAMES_AT = FANOUT_AT + 256 * 4;
const OID_LENGTH = 20;
const TRAILER_LENGTH = 40;
const SCRATCH_BYTES = 2 * NEIGHBOURS * OID_LENGTH;

/** A pack index of version 2 (gitformat-pack(5)): object id → offset in the pack. */
export class PackIndex {
  readonly #path: ByteString;
  readonly #size: number;
  readonly #inMemoryBytes: number;
  /** Null once all of it is in memory. */
  #file: WindowFile | null;
  #whole: Buffer | null = null;
  /** What was read of the file last. */
  #scratch: Buffer | null = null;
  #questions = 0;
  readonly #fanout: Uint32Array;
  readonly #count: number;
  /** The checksum at the end of the pack that the index belongs to. */
  readonly packChecksum: Buffer;

  /** @param inMemoryBytes for tests: the size from which on the file is always read in places. */
  constructor(path: ByteString, inMemoryBytes = IN_MEMORY_BYTES) {
    this.#path = path;
    this.#inMemoryBytes = inMemoryBytes;
    this.#file = new WindowFile(path);
    this.#size = this.#file.size;
    try {
      if (this.#size <= Math.min(SMALL_BYTES, inMemoryBytes)) this.#readAll(this.#file);
      this.#fanout = this.#readFanout();
      this.#count = this.#fanout[255] as number;
      if (this.#size < NAMES_AT + this.#count * (OID_LENGTH + 8) + TRAILER_LENGTH) throw this.#damaged('the file is cut short');
      this.packChecksum = Buffer.from(this.#read(this.#size - TRAILER_LENGTH, 20));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The offset of the object in the pack, or -1 if it is not in it. */
  offsetOf(oid: Oid): number {
    this.#noteQuestion();
    const first = oid.charCodeAt(0);
    const low = first === 0 ? 0 : (this.#fanout[first - 1] as number);
    const position = this.#positionIn(low, this.#fanout[first] as number, oid);
    return position < 0 ? -1 : this.#offsetAt(position);
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** The bytes from `offset` on, fewer only at the end of the file: to be used before the next call. */
  #read(offset: number, length: number): Buffer {
    if (this.#file === null) return this.#whole?.subarray(offset, offset + length) ?? Buffer.alloc(0);
    if (length > SCRATCH_BYTES) return this.#file.read(offset, length);
    this.#scratch ??= Buffer.allocUnsafe(SCRATCH_BYTES);
    return this.#scratch.subarray(0, this.#file.readInto(this.#scratch, offset, length));
  }

  /** Who asks about a few objects need not wait for all of a large file. */
  #noteQuestion(): void {
    if (this.#file === null || this.#size > this.#inMemoryBytes) return;
    this.#questions += 1;
    if (this.#questions * BYTES_PER_QUESTION >= this.#size) this.#readAll(this.#file);
  }

  #readAll(file: WindowFile): void {
    this.#whole = file.read(0, this.#size);
    this.#scratch = null;
    this.close();
  }

  #readFanout(): Uint32Array {
    const head = this.#read(0, NAMES_AT);
    if (head.length < NAMES_AT || head.readUInt32BE(0) !== SIGNATURE) throw this.#damaged('not a pack index of version 2');
    if (head.readUInt32BE(4) !== 2) throw this.#damaged(`pack index version ${head.readUInt32BE(4)} is not known`);
    const fanout = new Uint32Array(256);
    let last = 0;
    for (let i = 0; i < 256; i++) {
      const value = head.readUInt32BE(FANOUT_AT + i * 4);
      if (value < last) throw this.#damaged('its first table is not in order');
      fanout[i] = last = value;
    }
    return fanout;
  }

  #positionIn(low: number, high: number, oid: Oid): number {
    if (this.#file !== null && high - low > 2 * NEIGHBOURS) {
      const guess = this.#guess(low, high, oid);
      const names = this.#namesIn(guess, guess + 2 * NEIGHBOURS);
      const isBetween = compareId(names, 0, oid) <= 0 && compareId(names, (2 * NEIGHBOURS - 1) * OID_LENGTH, oid) >= 0;
      if (isBetween) return positionFrom(guess, findId(names, 0, 2 * NEIGHBOURS, oid));
      [low, high] = this.#halved(low, high, oid);
    }
    return positionFrom(low, findId(this.#namesIn(low, high), 0, high - low, oid));
  }

  #namesIn(low: number, high: number): Buffer {
    return this.#read(NAMES_AT + low * OID_LENGTH, (high - low) * OID_LENGTH);
  }

  /** Where twice NEIGHBOURS begin that probably have the id among them, since ids are evenly distributed. */
  #guess(low: number, high: number, oid: Oid): number {
    const fraction = (oid.charCodeAt(1) * 65536 + oid.charCodeAt(2) * 256 + oid.charCodeAt(3)) / 0x1000000;
    return Math.min(Math.max(low, low + Math.floor(fraction * (high - low)) - NEIGHBOURS), high - 2 * NEIGHBOURS);
  }

  /** For what somebody has made, whose ids are not. */
  #halved(low: number, high: number, oid: Oid): [number, number] {
    while (high - low > NEIGHBOURS) {
      const middle = (low + high) >>> 1;
      if (this.#orderAt(middle, oid) <= 0) low = middle;
      else high = middle;
    }
    return [low, high];
  }

  #orderAt(position: number, oid: Oid): number {
    return compareId(this.#namesIn(position, position + 1), 0, oid);
  }

  #offsetAt(position: number): number {
    const offsetsAt = NAMES_AT + this.#count * (OID_LENGTH + 4);
    const offset = this.#read(offsetsAt + position * 4, 4).readUInt32BE(0);
    if (offset < 0x80000000) return offset;
    const bytes = this.#read(offsetsAt + this.#count * 4 + (offset - 0x80000000) * 8, 8);
    if (bytes.length < 8) throw this.#damaged('an offset beyond 2 GiB is missing');
    return Number(bytes.readBigUInt64BE(0));
  }

  #damaged(what: string): DamagedObjectError {
    return new DamagedObjectError(this.#path, `damaged pack index: ${what}`);
  }
}

function positionFrom(begin: number, index: number): number {
  return index < 0 ? -1 : begin + index;
}
