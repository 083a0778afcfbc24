import { closeSync, fchmodSync, fsyncSync, openSync } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { ChunkWriter } from './chunk-writer.js';
import { writeFully } from './durable-file.js';
import type { ObjectTable } from './object-table.js';

const OID_LENGTH = 20;
/** Offsets from here on need the table of 64-bit offsets. */
const LARGE_OFFSET = 0x80000000;

/**
 * Writes and syncs the index (version 2, gitformat-pack(5)) of a pack, read-only, to a path that
 * must not exist.
 * @param packChecksum the SHA-1 at the end of the pack.
 * @param largeOffset for tests: offsets from here on go into the 64-bit table.
 */
export function writePackIndex(path: ByteString, table: ObjectTable, packChecksum: Buffer, largeOffset = LARGE_OFFSET): void {
  const order = sortedByOid(table);
  const fd = openSync(fsPath(path), 'wx', 0o444);
  try {
    const out = new ChunkWriter(fd, true);
    writeHeader(out, table, order);
    writeOids(out, table, order);
    for (const index of order) writeUInt32(out, table.crcOf(index));
    writeOffsets(out, table, order, largeOffset);
    out.write(packChecksum);
    writeFully(fd, out.digest(), out.position);
    fchmodSync(fd, 0o444);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeHeader(out: ChunkWriter, table: ObjectTable, order: Uint32Array): void {
  const head = Buffer.alloc(8 + 256 * 4);
  head.writeUInt32BE(0xff744f63, 0);
  head.writeUInt32BE(2, 4);
  const upTo = new Uint32Array(256);
  for (const index of order) (upTo[table.prefixOf(index) >>> 8] as number)++;
  let total = 0;
  for (let first = 0; first < 256; first++) {
    total += upTo[first] as number;
    head.writeUInt32BE(total, 8 + first * 4);
  }
  out.write(head);
}

function writeOids(out: ChunkWriter, table: ObjectTable, order: Uint32Array): void {
  for (const index of order) {
    table.copyOid(index, out.buffer, out.reserve(OID_LENGTH));
    out.commit(OID_LENGTH);
  }
}

function writeOffsets(out: ChunkWriter, table: ObjectTable, order: Uint32Array, largeOffset: number): void {
  const large: number[] = [];
  for (const index of order) {
    const offset = table.offsetOf(index);
    if (offset < largeOffset) {
      writeUInt32(out, offset);
    } else {
      writeUInt32(out, LARGE_OFFSET + large.length);
      large.push(offset);
    }
  }
  for (const offset of large) {
    writeUInt32(out, Math.floor(offset / 2 ** 32));
    writeUInt32(out, offset % 2 ** 32);
  }
}

function writeUInt32(out: ChunkWriter, value: number): void {
  out.buffer.writeUInt32BE(value, out.reserve(4));
  out.commit(4);
}

/**
 * The objects of the table in the order of their ids. Ids are evenly distributed: after one pass by
 * their first two bytes only short runs are left to sort, which is far faster than comparing all.
 */
function sortedByOid(table: ObjectTable): Uint32Array {
  const starts = new Uint32Array(65537);
  for (let index = 0; index < table.size; index++) (starts[table.prefixOf(index) + 1] as number)++;
  for (let prefix = 0; prefix < 65536; prefix++) (starts[prefix + 1] as number) += starts[prefix] as number;
  const order = new Uint32Array(table.size);
  const fill = starts.slice();
  for (let index = 0; index < table.size; index++) order[(fill[table.prefixOf(index)] as number)++] = index;
  for (let prefix = 0; prefix < 65536; prefix++) {
    const start = starts[prefix] as number;
    const end = starts[prefix + 1] as number;
    if (end - start > 1) order.subarray(start, end).sort((a, b) => table.compare(a, b));
  }
  return order;
}
