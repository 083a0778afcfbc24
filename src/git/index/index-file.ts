import { hash } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { ChunkWriter } from '../../storage/chunk-writer.js';
import { directoryOf, fsyncDirectory, helperBeside, writeFully } from '../../storage/durable-file.js';
import { fileModeIn, PRIVATE_FILE } from '../../storage/file-mode.js';
import type { IndexStatus } from './index-entry.js';
import { encodeIndexEntry } from './index-entry.js';
import { LockFile } from '../../storage/lock-file.js';
import type { TreeEntry } from '../trees/tree-codec.js';
import { writeFailure } from '../../storage/write-failure.js';

/** First four bytes of an index. */
export const INDEX_SIGNATURE = 'DIRC';

function encodeHeader(count: number): Buffer {
  const header = Buffer.alloc(12);
  header.write(INDEX_SIGNATURE, 0, 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(count, 8);
  return header;
}

/**
 * An index of files at the toplevel (gitformat-index(5), version 2), sorted by name. File status is
 * left zero: Git compares the content when it first looks, and finds the work tree clean.
 */
export function encodeIndex(entries: readonly TreeEntry[]): Buffer {
  const body = Buffer.concat([encodeHeader(entries.length), ...entries.map((entry) => encodeIndexEntry(entry, null))]);
  return Buffer.concat([body, Buffer.from(hash('sha1', body, 'hex'), 'hex')]);
}

/** A path for an index, with what is known of the file. */
export interface StatedEntry {
  /** The name is the whole path. */
  readonly entry: TreeEntry;
  readonly status: IndexStatus | null;
}

/**
 * Replaces an index file, durably and under Git's lock for it, by one of version 2.
 * @param count how many entries there will be
 * @param entries in the order of their paths by bytes
 * @throws LockedError if another process holds the lock
 */
export function writeIndexFile(path: ByteString, count: number, entries: Iterable<StatedEntry>): void {
  const lock = LockFile.acquire(path);
  const next = helperBeside(path, 'next');
  try {
    // Only the holder of the lock uses this name, so one that is there was left by a dead one.
    rmSync(fsPath(next), { force: true });
    const fd = openSync(fsPath(next), 'wx', PRIVATE_FILE);
    try {
      fchmodSync(fd, fileModeIn(directoryOf(path)));
      const out = new ChunkWriter(fd, true);
      out.write(encodeHeader(count));
      for (const { entry, status } of entries) out.write(encodeIndexEntry(entry, status));
      writeFully(fd, out.digest(), out.position);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(fsPath(next), fsPath(path));
    fsyncDirectory(directoryOf(path));
  } catch (error) {
    rmSync(fsPath(next), { force: true });
    throw writeFailure(path, error);
  } finally {
    lock.release();
  }
}
