import { constants, inflateSync } from 'node:zlib';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, unlessErrno } from '../../util/errors.js';
import type { RawObject } from './base-cache.js';
import { DamagedObjectError } from './object-errors.js';
import { oidToHex } from './object-id.js';
import type { ObjectType, Oid } from './object-id.js';
import { mostUnpacked } from './object-limits.js';
import { readStored } from '../../storage/stored-file.js';

/** Git stores what is bigger in packs (`core.bigFileThreshold`). */
const MAX_FILE_BYTES = 512 * 1024 * 1024 + 1024;
const HEADER_MAX = 32;
const DEFAULT_CHUNK_BYTES = 16 * 1024;
/** What is compressed better needs a second chunk. */
const CHUNK_RATIO = 8;

/** The path of a loose object, relative to the objects directory (gitrepository-layout(5)). */
export function loosePath(oid: Oid): ByteString {
  const hex = oidToHex(oid);
  return `${hex.slice(0, 2)}/${hex.slice(2)}`;
}

/**
 * Reads a loose object; null if there is none.
 * @throws DamagedObjectError if the file is empty, cut short or not what its header says, or the object bigger than `maxBytes`.
 */
export function readLooseObject(objectsDir: ByteString, oid: Oid, maxBytes: number = Number.POSITIVE_INFINITY): RawObject | null {
  const path = `${objectsDir}/${loosePath(oid)}`;
  const packed = unlessErrno(['ENOENT', 'ENOTDIR'], null, () => readStored(path, MAX_FILE_BYTES));
  return packed === null ? null : unpack(path, packed, maxBytes);
}

function unpack(path: ByteString, packed: Buffer, maxBytes: number): RawObject {
  if (packed.length === 0) throw new DamagedObjectError(path, 'the object file is empty');
  let bytes: Buffer;
  try {
    bytes = inflateSync(packed, {
      // Commits and stubs are small, and zlib's buffers are not.
      chunkSize: Math.min(DEFAULT_CHUNK_BYTES, Math.max(constants.Z_MIN_CHUNK, CHUNK_RATIO * packed.length)),
      maxOutputLength: Math.min(maxBytes, mostUnpacked(packed.length)) + HEADER_MAX,
    });
  } catch (error) {
    if (errnoOf(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new DamagedObjectError(path, 'the object is bigger than one of its kind can be', error);
    throw new DamagedObjectError(path, 'the object file cannot be unpacked', error);
  }
  const headerEnd = bytes.subarray(0, HEADER_MAX).indexOf(0);
  const header = /^(blob|tree|commit|tag) (\d+)$/.exec(bytes.toString('latin1', 0, Math.max(headerEnd, 0)));
  const body = bytes.subarray(headerEnd + 1);
  if (header === null || Number(header[2]) !== body.length) throw new DamagedObjectError(path, 'the object file has a wrong header');
  return { type: header[1] as ObjectType, body };
}
