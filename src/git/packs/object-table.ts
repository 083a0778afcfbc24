import type { Oid } from '../objects/object-id.js';

const OID_LENGTH = 20;
const SEGMENT_BITS = 15;
const SEGMENT_SIZE = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_SIZE - 1;
/** Chains in a table without objects, a power of two. */
const CHAINS = 256;
/** Mean length of a chain from which on there are twice as many. */
const CHAIN_MAX = 8;
/** Bits of the filter for each chain, a power of two. */
const FILTER_BITS_PER_CHAIN = 256;

/** Facts about a run of objects, column by column. */
interface Segment {
  readonly oids: Buffer;
  readonly offsets: Float64Array;
  readonly crcs: Uint32Array;
  /** For each object, the one of the same chain that came before it, counted from 1; 0 if there is none. */
  readonly before: Int32Array;
}

/**
 * The objects of a pack that is being written: a set of ids with offset and CRC-32. Kept in typed
 * arrays, about 40 bytes an object, because a first run has a million of them and more; a Set of
 * strings would take three times as much. Segments are added, never copied, as it grows.
 *
 * Nearly every id is new. A small bitmap tells so for most of them, where looking for the id would
 * touch memory that no cache holds any more.
 */
export class ObjectTable {
  readonly #segments: Segment[] = [];
  // Ids are evenly distributed, so their first bits are the hash, of chains and filter alike.
  #chains = new Int32Array(CHAINS);
  #filter = new Int32Array((CHAINS * FILTER_BITS_PER_CHAIN) / 32);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(oid: Oid): boolean {
    return this.#isKnown(oid, oidHash(oid));
  }

  /** Adds an object without facts; returns its index, or -1 if it is in the table already. */
  insert(oid: Oid): number {
    const hash = oidHash(oid);
    if (this.#isKnown(oid, hash)) return -1;
    if (this.#size === this.#chains.length * CHAIN_MAX) this.#grow();
    const index = this.#size++;
    if ((index & SEGMENT_MASK) === 0) this.#segments.push(newSegment());
    const { oids } = this.#segmentOf(index);
    const start = (index & SEGMENT_MASK) * OID_LENGTH;
    for (let at = 0; at < OID_LENGTH; at++) oids[start + at] = oid.charCodeAt(at);
    this.#link(index, hash);
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
    this.#chains = new Int32Array(0);
    this.#filter = new Int32Array(0);
  }

  /** Copies the id of the object into `target` at `at`. */
  copyOid(index: number, target: Buffer, at: number): void {
    const { oids } = this.#segmentOf(index);
    const from = (index & SEGMENT_MASK) * OID_LENGTH;
    // For so few bytes a call costs more than the loop.
    for (let i = 0; i < OID_LENGTH; i++) target[at + i] = oids[from + i] as number;
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

  /** False if there is no object with that hash; true if there may be one. */
  #mayHave(hash: number): boolean {
    const bit = this.#bitOf(hash);
    return ((this.#filter[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
  }

  #isKnown(oid: Oid, hash: number): boolean {
    if (!this.#mayHave(hash)) return false;
    let link = this.#chains[this.#chainOf(hash)] as number;
    while (link !== 0 && !this.#isAt(link - 1, oid)) link = this.#segmentOf(link - 1).before[(link - 1) & SEGMENT_MASK] as number;
    return link !== 0;
  }

  #link(index: number, hash: number): void {
    const bit = this.#bitOf(hash);
    this.#filter[bit >>> 5] = (this.#filter[bit >>> 5] as number) | (1 << (bit & 31));
    const chain = this.#chainOf(hash);
    this.#segmentOf(index).before[index & SEGMENT_MASK] = this.#chains[chain] as number;
    this.#chains[chain] = index + 1;
  }

  #chainOf(hash: number): number {
    return hash & (this.#chains.length - 1);
  }

  #bitOf(hash: number): number {
    return hash & (this.#filter.length * 32 - 1);
  }

  #isAt(index: number, oid: Oid): boolean {
    const { oids } = this.#segmentOf(index);
    const from = (index & SEGMENT_MASK) * OID_LENGTH;
    for (let i = 0; i < OID_LENGTH; i++) if (oids[from + i] !== oid.charCodeAt(i)) return false;
    return true;
  }

  #grow(): void {
    this.#chains = new Int32Array(this.#chains.length * 2);
    this.#filter = new Int32Array(this.#filter.length * 2);
    for (let index = 0; index < this.#size; index++) {
      this.#link(index, this.#segmentOf(index).oids.readInt32BE((index & SEGMENT_MASK) * OID_LENGTH));
    }
  }
}

function newSegment(): Segment {
  return {
    oids: Buffer.allocUnsafeSlow(SEGMENT_SIZE * OID_LENGTH),
    offsets: new Float64Array(SEGMENT_SIZE),
    crcs: new Uint32Array(SEGMENT_SIZE),
    before: new Int32Array(SEGMENT_SIZE),
  };
}

/** The first four bytes of the id as a signed number, as `readInt32BE` gives them. */
function oidHash(oid: Oid): number {
  return (oid.charCodeAt(0) << 24) | (oid.charCodeAt(1) << 16) | (oid.charCodeAt(2) << 8) | oid.charCodeAt(3);
}
