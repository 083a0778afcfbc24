import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import type { RawObject } from './base-cache.js';
import { DamagedObjectError } from './object-errors.js';
import { oidToHex } from './object-id.js';
import type { ObjectType, Oid } from './object-id.js';

/** The path of a loose object, relative to the objects directory (gitrepository-layout(5)). */
export function loosePath(oid: Oid): ByteString {
  const hex = oidToHex(oid);
  return `${hex.slice(0, 2)}/${hex.slice(2)}`;
}

/**
 * Reads a loose object; null if there is none.
 * @throws DamagedObjectError if the file is empty, cut short or not what its header says.
 */
export function readLooseObject(objectsDir: ByteString, oid: Oid): RawObject | null {
  const path = `${objectsDir}/${loosePath(oid)}`;
  const packed = unlessErrno(['ENOENT', 'ENOTDIR'], null, () => readFileSync(fsPath(path)));
  return packed === null ? null : unpack(path, packed);
}

function unpack(path: ByteString, packed: Buffer): RawObject {
  if (packed.length === 0) throw new DamagedObjectError(path, 'the object file is empty');
  let bytes: Buffer;
  try {
    bytes = inflateSync(packed);
  } catch (error) {
    throw new DamagedObjectError(path, 'the object file cannot be unpacked', error);
  }
  const headerEnd = bytes.subarray(0, 32).indexOf(0);
  const header = /^(blob|tree|commit|tag) (\d+)$/.exec(bytes.toString('latin1', 0, Math.max(headerEnd, 0)));
  const body = bytes.subarray(headerEnd + 1);
  if (header === null || Number(header[2]) !== body.length) throw new DamagedObjectError(path, 'the object file has a wrong header');
  return { type: header[1] as ObjectType, body };
}
