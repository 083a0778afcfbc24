import { hash } from 'node:crypto';
import { closeSync, fstatSync, readFileSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import type { IndexEntry } from './index-entry.js';
import { OFFSET, OID_BYTES, paddedLength } from './index-entry.js';
import { INDEX_SIGNATURE } from './index-file.js';
import type { Oid } from '../objects/object-id.js';
import { openStored } from '../../storage/stored-file.js';

const HEADER_BYTES = 12;
/** What fits into one buffer of Node 20; about ten million paths. */
const MAX_INDEX_BYTES = 2 ** 31 - 1;
const KNOWN_VERSIONS = [2, 3, 4];
const EXTENDED = 0x4000;
const STAGE_SHIFT = 12;
const OPTIONAL_EXTENSION = /^[A-Z]/;

/** A file that should be an index of Git is none, or one that git-fso cannot read. */
export class DamagedIndexError extends FsoError {
  override readonly name = 'DamagedIndexError';
}

/** An index file as it was at one moment. */
export interface GitIndex {
  /** When the file was written, in nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /**
   * The entries by path, those of one path by stage.
   * @throws DamagedIndexError for a malformed file, and after the last entry if there are more than these (a split index)
   */
  entries(): Generator<IndexEntry, void>;
}

/**
 * Reads an index file of Git (gitformat-index(5)), version 2, 3 or 4.
 * @returns null if there is none
 * @throws DamagedIndexError if the checksum is wrong, or it is no index of a known version
 */
export function readIndexFile(path: ByteString): GitIndex | null {
  const file = unlessErrno(['ENOENT'], null, () => openStored(path));
  if (file === null) return null;
  const { fd, size } = file;
  try {
    if (size > MAX_INDEX_BYTES) throw malformed(path, `an index of more than ${MAX_INDEX_BYTES} bytes`);
    const { mtimeNs } = fstatSync(fd, { bigint: true });
    const bytes = readFileSync(fd);
    const version = checkFile(bytes, path);
    return { mtimeNs, entries: () => decodeEntries(bytes, version, path) };
  } finally {
    closeSync(fd);
  }
}

function malformed(path: ByteString, what: string): DamagedIndexError {
  return new DamagedIndexError(`${textOfBytes(path)}: ${what}`);
}

/** Returns the version. */
function checkFile(bytes: Buffer, path: ByteString): number {
  const bodyEnd = bytes.length - OID_BYTES;
  if (bodyEnd < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== INDEX_SIGNATURE) throw malformed(path, 'not an index of Git');
  const checksum = bytes.toString('hex', bodyEnd);
  // Zeros: Git was told not to compute it (index.skipHash).
  const isChecked = checksum !== '0'.repeat(2 * OID_BYTES);
  if (isChecked && checksum !== hash('sha1', bytes.subarray(0, bodyEnd), 'hex'))
    throw malformed(path, 'the index is damaged: wrong checksum');
  const version = bytes.readUInt32BE(4);
  if (!KNOWN_VERSIONS.includes(version)) throw malformed(path, `an index of version ${version}, which is not known`);
  return version;
}

function* decodeEntries(bytes: Buffer, version: number, path: ByteString): Generator<IndexEntry, void> {
  const count = bytes.readUInt32BE(8);
  const bodyEnd = bytes.length - OID_BYTES;
  let at = HEADER_BYTES;
  let previous: ByteString = '';
  for (let index = 0; index < count; index++) {
    if (at + OFFSET.path > bodyEnd) throw malformed(path, 'the index is cut short');
    const flags = bytes.readUInt16BE(at + OFFSET.flags);
    let pathAt = at + OFFSET.path + ((flags & EXTENDED) === 0 ? 0 : 2);
    let kept = 0;
    if (version === 4) {
      const { value, end } = decodeOffset(bytes, pathAt);
      kept = previous.length - value;
      pathAt = end;
    }
    const pathEnd = bytes.indexOf(0, pathAt);
    if (kept < 0 || pathEnd < 0 || pathEnd >= bodyEnd) throw malformed(path, 'the index is cut short');
    previous = previous.slice(0, kept) + bytes.toString('latin1', pathAt, pathEnd);
    yield entryAt(bytes, at, previous, (flags >> STAGE_SHIFT) & 3);
    at = version === 4 ? pathEnd + 1 : at + paddedLength(pathEnd - at);
  }
  refuseRequiredExtensions(bytes, at, bodyEnd, path);
}

function entryAt(bytes: Buffer, at: number, path: ByteString, stage: number): IndexEntry {
  return {
    path,
    mode: bytes.readUInt32BE(at + OFFSET.mode),
    oid: bytes.toString('latin1', at + OFFSET.oid, at + OFFSET.oid + OID_BYTES) as Oid,
    stage,
    mtimeSeconds: bytes.readUInt32BE(at + OFFSET.mtime),
    mtimeNanoseconds: bytes.readUInt32BE(at + OFFSET.mtime + 4),
    ino: bytes.readUInt32BE(at + OFFSET.ino),
    size: bytes.readUInt32BE(at + OFFSET.size),
  };
}

/** The variable-length number of packs (gitformat-pack(5), "OFS_DELTA"), which version 4 uses, too. */
function decodeOffset(bytes: Buffer, from: number): { value: number; end: number } {
  let at = from;
  let byte = bytes[at++] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end: at };
}

/** Extensions whose name does not start with a capital letter change what the entries mean. */
function refuseRequiredExtensions(bytes: Buffer, from: number, end: number, path: ByteString): void {
  for (let at = from; at + 8 <= end; at += 8 + bytes.readUInt32BE(at + 4)) {
    const name = bytes.toString('latin1', at, at + 4);
    if (!OPTIONAL_EXTENSION.test(name)) throw malformed(path, `the index has an extension ${JSON.stringify(name)} that is not known`);
  }
}
