import type { RawObject } from '../../git/objects/base-cache.js';
import type { Oid } from '../../git/objects/object-id.js';
import { ObjectWriter } from '../../git/objects/object-writer.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';

/** So many objects, and a megabyte of them, are handed over; with more a thread begins a pack of its own. */
const HANDED_OVER_MAX = 4096;

/** The new objects of one thread. */
export class ThreadObjects implements ObjectSink {
  private readonly writer: ObjectWriter;

  /** Touches nothing until there is much to write. @param lockName the writer's lock, which is held when something is written */
  constructor(gitDir: ByteString, lockName: string) {
    this.writer = ObjectWriter.open(gitDir, { looseMax: HANDED_OVER_MAX, owner: lockName });
  }

  writeBlob(body: Buffer | string): Oid {
    return this.writer.writeBlob(body);
  }

  writeTree(entries: readonly TreeEntry[]): Oid {
    return this.writer.writeTree(entries);
  }

  /** The objects, if there is no pack of them. Nothing more is written. */
  handOver(): readonly RawObject[] {
    return this.writer.takeHeld() ?? [];
  }

  /** Puts the pack on disk, if there is one; returns the path of its guard. */
  finish(): ByteString | null {
    return this.writer.hasPack ? this.writer.finish().path : null;
  }

  abort(): void {
    this.writer.abort();
  }
}
