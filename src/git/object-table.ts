import type { Oid } from './object-id.js';

const OID_LENGTH = 20;
const SEGMENT_BITS = 15;
const SEGMENT_SIZE = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_SIZE - 1;
const EMPTY = -1;

/** Facts about a run of objects, column by column. */
interface Segment {
  readonly oids: Buffer;
  readonly offsets: Float64Array;
  readonly crcs: Uint32Array;
}

/**
 * The objects of a pack that is being written: a set of ids with offset and CRC-32. Kept in typed
 * arrays, 40 to 48 bytes an object, because a first run has a million of them and more; a Set of
 * strings would take three times as much. Segments are added, never copied, as it grows.
 */
export class ObjectTable {
  readonly #segments: Segment[] = [];
  // Open addressing, at most half full; ids are evenly distributed, so their first bytes are the hash.
  #slots = new Int32Array(1024).fill(EMPTY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(oid: Oid): boolean {
    return this.#slots[this.#slotOf(oid)] !== EMPTY;
  }

  /** Adds an object without facts; returns its index, or -1 if it is in the table already. */
  insert(oid: Oid): number {
    const slot = this.#slotOf(oid);
    if (this.#slots[slot] !== EMPTY) return -1;
    const index = this.#size++;
    if ((index & SEGMENT_MASK) === 0) this.#segments.push(newSegment());
    this.#segmentOf(index).oids.write(oid, (index & SEGMENT_MASK) * OID_LENGTH, 'latin1');
    this.#slots[slot] = index;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return index;
  }

  /** Sets the facts about an object. */
  set(index: number, offset: number, crc: number): void {
    const segment = this.#segmentOf(index);
    segment.offsets[index & SEGMENT_MASK] = offset;
    segment.crcs[index & SEGMENT_MASK] = crc;
  }

  /** Gives back the memory that looking for ids takes: from now on objects are known by index only. */
  seal(): void {
    this.#slots = new Int32Array(0);
  }

  /** Copies the id of the object into `target` at `at`. */
  copyOid(index: number, target: Buffer, at: number): void {
    const from = (index & SEGMENT_MASK) * OID_LENGTH;
    this.#segmentOf(index).oids.copy(target, at, from, from + OID_LENGTH);
  }

  offsetOf(index: number): number {
    return this.#segmentOf(index).offsets[index & SEGMENT_MASK] as number;
  }

  crcOf(index: number): number {
    return this.#segmentOf(index).crcs[index & SEGMENT_MASK] as number;
  }

  /** The first two bytes of the id, as a number. */
  prefixOf(index: number): number {
    return this.#segmentOf(index).oids.readUInt16BE((index & SEGMENT_MASK) * OID_LENGTH);
  }

  /** The four bytes of the id that follow `prefixOf`, as a number. */
  middleOf(index: number): number {
    return this.#segmentOf(index).oids.readUInt32BE((index & SEGMENT_MASK) * OID_LENGTH + 2);
  }

  /** Order of two objects by id: negative, 0 or positive. */
  compare(a: number, b: number): number {
    const fromA = (a & SEGMENT_MASK) * OID_LENGTH;
    const fromB = (b & SEGMENT_MASK) * OID_LENGTH;
    return this.#segmentOf(a).oids.compare(this.#segmentOf(b).oids, fromB, fromB + OID_LENGTH, fromA, fromA + OID_LENGTH);
  }

  #segmentOf(index: number): Segment {
    return this.#segments[index >>> SEGMENT_BITS] as Segment;
  }

  /** The slot that holds the id, or the empty one where it would go. */
  #slotOf(oid: Oid): number {
    const mask = this.#slots.length - 1;
    let slot = oidHash(oid) & mask;
    for (let index = this.#slots[slot] as number; index !== EMPTY; index = this.#slots[slot] as number) {
      if (this.#isAt(index, oid)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(index: number, oid: Oid): boolean {
    const { oids } = this.#segmentOf(index);
    const from = (index & SEGMENT_MASK) * OID_LENGTH;
    for (let i = 0; i < OID_LENGTH; i++) if (oids[from + i] !== oid.charCodeAt(i)) return false;
    return true;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = this.#segmentOf(index).oids.readInt32BE((index & SEGMENT_MASK) * OID_LENGTH) & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

function newSegment(): Segment {
  return {
    oids: Buffer.allocUnsafeSlow(SEGMENT_SIZE * OID_LENGTH),
    offsets: new Float64Array(SEGMENT_SIZE),
    crcs: new Uint32Array(SEGMENT_SIZE),
  };
}

/** The first four bytes of the id as a signed number, as `readInt32BE` gives them. */
function oidHash(oid: Oid): number {
  return (oid.charCodeAt(0) << 24) | (oid.charCodeAt(1) << 16) | (oid.charCodeAt(2) << 8) | oid.charCodeAt(3);
}
