import type { ByteString } from '../../util/byte-string.js';
import type { Oid } from '../objects/object-id.js';
import { DamagedObjectError } from '../objects/object-errors.js';
import { WindowFile } from '../../storage/window-file.js';

/** Up to this size (about 1.4 million objects) an index is kept in memory; a bigger one is read in places. */
const IN_MEMORY_BYTES = 40 * 1024 * 1024;
/** How many neighbours of the expected place are read at once in an index that is not in memory. */
const NEIGHBOURS = 200;

const SIGNATURE = 0xff744f63;
const FANOUT_AT = 8;
const NAMES_AT = FANOUT_AT + 256 * 4;
const OID_LENGTH = 20;
const TRAILER_LENGTH = 40;

type ReadBytes = (offset: number, length: number) => Buffer;

/** A pack index of version 2 (gitformat-pack(5)): object id → offset in the pack. */
export class PackIndex {
  readonly #path: ByteString;
  readonly #read: ReadBytes;
  readonly #file: WindowFile | null;
  readonly #fanout: Uint32Array;
  readonly #count: number;
  /** The checksum at the end of the pack that the index belongs to. */
  readonly packChecksum: Buffer;

  /** @param inMemoryBytes for tests: the size from which on the file is read in places. */
  constructor(path: ByteString, inMemoryBytes = IN_MEMORY_BYTES) {
    this.#path = path;
    const file = new WindowFile(path);
    const { size } = file;
    if (size <= inMemoryBytes) {
      const bytes = file.read(0, size);
      file.close();
      this.#file = null;
      this.#read = (offset, length) => bytes.subarray(offset, offset + length);
    } else {
      this.#file = file;
      this.#read = (offset, length) => file.view(offset, length);
    }
    try {
      this.#fanout = this.#readFanout();
      this.#count = this.#fanout[255] as number;
      if (size < NAMES_AT + this.#count * (OID_LENGTH + 8) + TRAILER_LENGTH) throw this.#damaged('the file is cut short');
      this.packChecksum = Buffer.from(this.#read(size - TRAILER_LENGTH, 20));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The offset of the object in the pack, or -1 if it is not in it. */
  offsetOf(oid: Oid): number {
    const first = oid.charCodeAt(0);
    const low = first === 0 ? 0 : (this.#fanout[first - 1] as number);
    const position = this.#positionIn(low, this.#fanout[first] as number, oid);
    return position < 0 ? -1 : this.#offsetAt(position);
  }

  close(): void {
    this.#file?.close();
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
    if (this.#file !== null && high - low > 2 * NEIGHBOURS) [low, high] = this.#narrow(low, high, oid);
    const names = this.#read(NAMES_AT + low * OID_LENGTH, (high - low) * OID_LENGTH);
    let left = 0;
    let right = high - low;
    while (left < right) {
      const middle = (left + right) >>> 1;
      const order = compareId(names, middle * OID_LENGTH, oid);
      if (order === 0) return low + middle;
      if (order < 0) left = middle + 1;
      else right = middle;
    }
    return -1;
  }

  /** Ids are evenly distributed, so the place can be guessed; bisects where the guess is wrong. */
  #narrow(low: number, high: number, oid: Oid): [number, number] {
    const fraction = (oid.charCodeAt(1) * 65536 + oid.charCodeAt(2) * 256 + oid.charCodeAt(3)) / 0x1000000;
    const guess = low + Math.floor(fraction * (high - low));
    const from = Math.max(low, guess - NEIGHBOURS);
    const to = Math.min(high, guess + NEIGHBOURS);
    if (this.#orderAt(from, oid) <= 0 && this.#orderAt(to - 1, oid) >= 0) return [from, to];
    while (high - low > NEIGHBOURS) {
      const middle = (low + high) >>> 1;
      if (this.#orderAt(middle, oid) <= 0) low = middle;
      else high = middle;
    }
    return [low, high];
  }

  #orderAt(position: number, oid: Oid): number {
    return compareId(this.#read(NAMES_AT + position * OID_LENGTH, OID_LENGTH), 0, oid);
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

/** Order of the id in `bytes` at `at` relative to `oid`: negative, 0 or positive. */
function compareId(bytes: Buffer, at: number, oid: Oid): number {
  for (let i = 0; i < OID_LENGTH; i++) {
    const difference = (bytes[at + i] as number) - oid.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return 0;
}
