import type { ByteString } from '../../util/byte-string.js';
import type { Oid } from '../objects/object-id.js';
import type { TreeEntry } from '../trees/tree-codec.js';

/** The status of a file that an index remembers, so that Git need not read an unchanged file again. */
export interface IndexStatus {
  readonly ctimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly dev: number;
  readonly ino: number | bigint;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number | bigint;
}

/** What an index says about one path (gitformat-index(5)); numbers are truncated to 32 bits. */
export interface IndexEntry {
  readonly path: ByteString;
  readonly mode: number;
  readonly oid: Oid;
  /** 0, or the side of a merge that was left unfinished. */
  readonly stage: number;
  readonly mtimeSeconds: number;
  /** 0 also if the Git that wrote the index does not keep them. */
  readonly mtimeNanoseconds: number;
  readonly ino: number;
  readonly size: number;
}

/** Where the fields of an entry are; the rest of times, ids and owner follow in the gaps. */
export const OFFSET = { ctime: 0, mtime: 8, dev: 16, ino: 20, mode: 24, uid: 28, gid: 32, size: 36, oid: 40, flags: 60, path: 62 } as const;

/** Length of an id in bytes. */
export const OID_BYTES = 20;

const PATH_LENGTH_MAX = 0xfff;
const SECOND = 1_000_000_000n;
const WORD = 2 ** 32;

/** The length of an entry of version 2: at least one NUL after the path, and a multiple of 8. */
export function paddedLength(length: number): number {
  return (length + 8) & ~7;
}

/** The size as an index keeps it; 0 stands for empty files only (since Git 2.44). */
export function indexSize(size: number | bigint): number {
  const low = word(size);
  return low === 0 && size > 0 ? 2 ** 31 : low;
}

/** The low 32 bits of an integer. */
function word(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : ((value % WORD) + WORD) % WORD;
}

/**
 * An entry of version 2 without a merge stage; the name is the whole path. Without a status Git
 * compares the content when it first looks.
 */
export function encodeIndexEntry({ mode, name, oid }: TreeEntry, status: IndexStatus | null): Buffer {
  const entry = Buffer.alloc(paddedLength(OFFSET.path + name.length));
  if (status !== null) writeStatus(entry, status);
  entry.writeUInt32BE(mode, OFFSET.mode);
  entry.write(oid, OFFSET.oid, 'latin1');
  entry.writeUInt16BE(Math.min(name.length, PATH_LENGTH_MAX), OFFSET.flags);
  entry.write(name, OFFSET.path, 'latin1');
  return entry;
}

function writeStatus(entry: Buffer, status: IndexStatus): void {
  const { ctimeNs, mtimeNs, dev, ino, uid, gid, size } = status;
  writeTime(entry, OFFSET.ctime, ctimeNs);
  writeTime(entry, OFFSET.mtime, mtimeNs);
  for (const [offset, value] of [
    [OFFSET.dev, dev],
    [OFFSET.ino, ino],
    [OFFSET.uid, uid],
    [OFFSET.gid, gid],
    [OFFSET.size, size],
  ] as const) {
    entry.writeUInt32BE(word(value), offset);
  }
}

function writeTime(entry: Buffer, offset: number, ns: bigint): void {
  const fraction = ((ns % SECOND) + SECOND) % SECOND;
  entry.writeUInt32BE(word((ns - fraction) / SECOND), offset);
  entry.writeUInt32BE(Number(fraction), offset + 4);
}
