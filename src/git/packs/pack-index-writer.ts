import { closeSync, fchmodSync, fsyncSync, openSync } from 'node:fs';
import os from 'node:os';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { ChunkWriter } from '../../storage/chunk-writer.js';
import { directoryOf, writeFully } from '../../storage/durable-file.js';
import { PRIVATE_FILE, readOnlyModeIn } from '../../storage/file-mode.js';
import type { ObjectTable } from './object-table.js';

const OID_LENGTH = 20;
/** Offsets from here on need the table of 64-bit offsets. */
const LARGE_OFFSET = 0x80000000;
/** Values of the first two bytes of an id. */
const PREFIXES = 65536;
/** Longer runs are not sorted by insertion. */
const INSERTION_MAX = 64;
/** Four bytes of the ids of a run. */
const keys = new Uint32Array(INSERTION_MAX);

/**
 * Writes and syncs the index (version 2, gitformat-pack(5)) of a pack, read-only, to a path that
 * must not exist.
 * @param packChecksum the SHA-1 at the end of the pack.
 * @param largeOffset for tests: offsets from here on go into the 64-bit table.
 */
export function writePackIndex(path: ByteString, table: ObjectTable, packChecksum: Buffer, largeOffset = LARGE_OFFSET): void {
  const starts = startsByPrefix(table);
  const fd = openSync(fsPath(path), 'wx', PRIVATE_FILE);
  try {
    const out = new ChunkWriter(fd, true);
    out.write(header(starts));
    // What was just sorted is still in the caches.
    const order = sortedByOid(table, starts, (run) => writeOids(out, table, run));
    out.write(bigEndian(crcs(table, order)));
    writeOffsets(out, table, order, largeOffset);
    out.write(packChecksum);
    writeFully(fd, out.digest(), out.position);
    fchmodSync(fd, readOnlyModeIn(directoryOf(path)));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** How many objects have ids that start with less than a pair of bytes, for each pair; at last, for all. */
function startsByPrefix(table: ObjectTable): Uint32Array {
  const starts = new Uint32Array(PREFIXES + 1);
  for (let index = 0; index < table.size; index++) (starts[table.prefixOf(index) + 1] as number)++;
  for (let prefix = 0; prefix < PREFIXES; prefix++) (starts[prefix + 1] as number) += starts[prefix] as number;
  return starts;
}

function header(starts: Uint32Array): Buffer {
  const upTo = Uint32Array.from({ length: 256 }, (_, first) => starts[(first + 1) * 256] as number);
  return Buffer.concat([Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]), bigEndian(upTo)]);
}

function writeOids(out: ChunkWriter, table: ObjectTable, order: Uint32Array): void {
  for (let at = 0; at < order.length; at++) {
    table.copyOid(order[at] as number, out.buffer, out.reserve(OID_LENGTH));
    out.commit(OID_LENGTH);
  }
}

function crcs(table: ObjectTable, order: Uint32Array): Uint32Array {
  const column = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at++) column[at] = table.crcOf(order[at] as number);
  return column;
}

function writeOffsets(out: ChunkWriter, table: ObjectTable, order: Uint32Array, largeOffset: number): void {
  const column = new Uint32Array(order.length);
  const large: number[] = [];
  for (let at = 0; at < order.length; at++) {
    const offset = table.offsetOf(order[at] as number);
    column[at] = offset < largeOffset ? offset : LARGE_OFFSET + large.push(offset) - 1;
  }
  out.write(bigEndian(column));
  out.write(bigEndian(Uint32Array.from(large.flatMap((offset) => [Math.floor(offset / 2 ** 32), offset % 2 ** 32]))));
}

/** The numbers as they stand in files of Git; the array itself is changed on most machines. */
function bigEndian(numbers: Uint32Array): Buffer {
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return os.endianness() === 'LE' ? bytes.swap32() : bytes;
}

/**
 * The objects of the table in the order of their ids. Ids are evenly distributed: after one pass by
 * their first two bytes only short runs are left to sort, which is far faster than comparing all.
 * @param use is given one run after the other
 */
function sortedByOid(table: ObjectTable, starts: Uint32Array, use: (run: Uint32Array) => void): Uint32Array {
  const order = new Uint32Array(table.size);
  const fill = starts.slice();
  for (let index = 0; index < table.size; index++) order[(fill[table.prefixOf(index)] as number)++] = index;
  for (let prefix = 0; prefix < PREFIXES; prefix++) {
    const start = starts[prefix] as number;
    const end = starts[prefix + 1] as number;
    if (end === start) continue;
    const run = order.subarray(start, end);
    sortRun(table, run);
    use(run);
  }
  return order;
}

/** By insertion, which for a few numbers takes less time than to call anything. */
function sortRun(table: ObjectTable, run: Uint32Array): void {
  if (run.length > INSERTION_MAX) {
    run.sort((a, b) => table.compare(a, b));
    return;
  }
  for (let next = 0; next < run.length; next++) {
    const index = run[next] as number;
    const key = table.middleOf(index);
    let at = next;
    for (; at > 0; at--) {
      const before = keys[at - 1] as number;
      if (before < key || (before === key && table.compare(run[at - 1] as number, index) < 0)) break;
      keys[at] = before;
      run[at] = run[at - 1] as number;
    }
    keys[at] = key;
    run[at] = index;
  }
}
