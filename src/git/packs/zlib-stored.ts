/**
 * zlib streams (RFC 1950) that consist of one stored block (RFC 1951, 3.2.4). For objects of some
 * fifty bytes, setting up a real deflate or inflate costs ten times more than everything else.
 */

/** Two bytes of zlib header, five of block header. */
const HEADER_LENGTH = 7;
const CHECKSUM_LENGTH = 4;
/** Bytes that surround the content. */
export const STORED_OVERHEAD = HEADER_LENGTH + CHECKSUM_LENGTH;
/** What fits into one stored block. */
export const STORED_MAX = 0xffff;

const ADLER_BASE = 65521;
// As many additions as stay below 2^31, so that the engine keeps to small integers.
const ADLER_RUN = 3800;

/** The Adler-32 checksum of the bytes from `start` up to `end`, as an unsigned number. @internal for tests */
export function adler32(bytes: Uint8Array, start: number, end: number): number {
  let a = 1;
  let b = 0;
  for (let at = start; at < end;) {
    const stop = Math.min(at + ADLER_RUN, end);
    for (; at < stop; at++) {
      a += bytes[at] as number;
      b += a;
    }
    a %= ADLER_BASE;
    b %= ADLER_BASE;
  }
  return adlerOf(a, b);
}

/** The checksum that follows from the two sums of Adler-32. */
export function adlerOf(a: number, b: number): number {
  return (((b % ADLER_BASE) << 16) | (a % ADLER_BASE)) >>> 0;
}

/**
 * Writes what stands before the content, `length` bytes (at most STORED_MAX), into `target` at `at`.
 * Returns where the content goes.
 */
export function beginStored(target: Buffer, at: number, length: number): number {
  target[at] = 0x78;
  target[at + 1] = 0x01;
  target[at + 2] = 0x01;
  target[at + 3] = length & 0xff;
  target[at + 4] = length >>> 8;
  target[at + 5] = ~length & 0xff;
  target[at + 6] = (~length >>> 8) & 0xff;
  return at + HEADER_LENGTH;
}

/** Writes what stands behind the content, its Adler-32 checksum, into `target` at `at`. Returns the end of the stream. */
export function endStored(target: Buffer, at: number, sum: number): number {
  target[at] = sum >>> 24;
  target[at + 1] = (sum >>> 16) & 0xff;
  target[at + 2] = (sum >>> 8) & 0xff;
  target[at + 3] = sum & 0xff;
  return at + CHECKSUM_LENGTH;
}

/** Writes a stream with these bytes (at most STORED_MAX) into `target` at `at`. Returns its end. */
export function storeBytes(target: Buffer, at: number, bytes: Buffer): number {
  const content = beginStored(target, at, bytes.length);
  bytes.copy(target, content);
  return endStored(target, content + bytes.length, adler32(bytes, 0, bytes.length));
}

/**
 * A copy of the content if `stream` starts with a zlib stream of exactly one stored block of
 * `length` bytes; null if it is of another form; undefined if it is of this form but damaged.
 */
export function unwrapStored(stream: Buffer, length: number): Buffer | null | undefined {
  if (length > STORED_MAX || stream.length < length + STORED_OVERHEAD) return null;
  const method = stream[0] as number;
  const flags = stream[1] as number;
  if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0 || (flags & 0x20) !== 0) return null;
  if (((stream[2] as number) & 0x07) !== 1) return null;
  if (stream.readUInt16LE(3) !== length) return null;
  const end = HEADER_LENGTH + length;
  if (stream.readUInt16LE(5) !== (~length & 0xffff) || adler32(stream, HEADER_LENGTH, end) !== stream.readUInt32BE(end)) {
    return undefined;
  }
  // A copy, because the caller's buffer is a window that will be used again.
  return Buffer.from(stream.subarray(HEADER_LENGTH, end));
}
