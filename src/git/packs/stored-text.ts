import { notAsciiError } from '../objects/object-body.js';
import { adlerOf, beginStored, endStored } from './zlib-stored.js';

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder & 1) === 0 ? remainder >>> 1 : (remainder >>> 1) ^ 0xedb88320;
  return remainder;
});

/** The sums of Adler-32 over ASCII texts up to this length stay below 2^31, small integers for the engine. */
export const STORED_TEXT_MAX = 4096;

/**
 * Writes a zlib stream with an ASCII text (at most STORED_TEXT_MAX) into `target` at `at`, as one stored
 * block, and returns the CRC-32 of all from `start` up to its end. One pass over the text takes half of the time of a call each to write
 * it, to sum it up and to checksum it.
 * @throws FsoError if the text is not ASCII
 */
export function storeText(target: Buffer, start: number, at: number, text: string): number {
  const { length } = text;
  const content = beginStored(target, at, length);
  let crc = crcOf(-1, target, start, content);
  let [a, b, all] = [1, 0, 0];
  for (let index = 0; index < length; index++) {
    const byte = text.charCodeAt(index);
    all |= byte;
    target[content + index] = byte;
    a += byte;
    b += a;
    crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  }
  if (all > 0x7f) throw notAsciiError();
  const end = endStored(target, content + length, adlerOf(a, b));
  crc = crcOf(crc, target, content + length, end);
  return ~crc >>> 0;
}

function crcOf(before: number, bytes: Buffer, start: number, end: number): number {
  let crc = before;
  for (let at = start; at < end; at++) crc = (CRC_TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return crc;
}
