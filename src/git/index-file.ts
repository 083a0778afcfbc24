import { hash } from 'node:crypto';
import type { TreeEntry } from './tree-codec.js';

/** Bytes of an entry before its name: times, device, inode, mode, owner, size, id, flags. */
const FIXED_LENGTH = 62;
const MODE_OFFSET = 24;
const OID_OFFSET = 40;
const FLAGS_OFFSET = 60;
const MAX_NAME_IN_FLAGS = 0xfff;

function encodeEntry({ mode, name, oid }: TreeEntry): Buffer {
  // Entries end with 1 to 8 NUL bytes, so that each has a length that is a multiple of 8.
  const entry = Buffer.alloc((FIXED_LENGTH + name.length + 8) & ~7);
  entry.writeUInt32BE(mode, MODE_OFFSET);
  entry.write(oid, OID_OFFSET, 'latin1');
  entry.writeUInt16BE(Math.min(name.length, MAX_NAME_IN_FLAGS), FLAGS_OFFSET);
  entry.write(name, FIXED_LENGTH, 'latin1');
  return entry;
}

/**
 * An index of files at the toplevel (gitformat-index(5), version 2), sorted by name. File status is
 * left zero: Git compares the content when it first looks, and finds the work tree clean.
 */
export function encodeIndex(entries: readonly TreeEntry[]): Buffer {
  const header = Buffer.alloc(12);
  header.write('DIRC', 0, 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(entries.length, 8);
  const body = Buffer.concat([header, ...entries.map(encodeEntry)]);
  return Buffer.concat([body, Buffer.from(hash('sha1', body, 'hex'), 'hex')]);
}
