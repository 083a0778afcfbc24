import { constants } from 'node:fs';
import { OwnMemory } from './own-memory.js';
import type { SystemCalls } from './system-calls.js';
import { STATX_BYTES, systemCalls } from './system-calls.js';

/** open(2): as Node sets it for all that it opens. */
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const DIRECTORY = constants.O_DIRECTORY | constants.O_NOFOLLOW | O_CLOEXEC;
const READ = constants.O_RDONLY | constants.O_NONBLOCK | DIRECTORY;
const HOLD = O_PATH | DIRECTORY;
const SEEK_SET = 0;
const AT_SYMLINK_NOFOLLOW = 0x100;
const DOT = 0x2e;

/** A name or path that is longer, with the byte that ends it, is left to others. */
const NAME_BYTES = 4096;
const STATUS_AT = NAME_BYTES;
const ENTRIES_AT = 2 * NAME_BYTES;
/** So many bytes of entries are read at a time: find(1) takes half of it. */
const ENTRIES_BYTES = 64 * 1024;

/** struct linux_dirent64: inode, offset, length of the entry, type, name, which ends with a 0; the same on all architectures. */
const LENGTH_IN_ENTRY = 16;
const NAME_IN_ENTRY = 19;

let ofThread: DirectoryCalls | null | undefined;

/** The calls for directories; null where there are no system calls beyond those of Node. The first call takes some milliseconds. */
export function directoryCalls(): DirectoryCalls | null {
  if (ofThread === undefined) {
    const calls = systemCalls();
    ofThread = calls && new DirectoryCalls(calls);
  }
  return ofThread;
}

/**
 * What can be asked about open directories, with names that are bytes, one a character. None of the calls says why it has failed: Node's
 * own call for the same tells that, in the way that everybody knows.
 */
export class DirectoryCalls {
  /** The struct statx that `status` has filled, in words of 32 bits, the lower one first. */
  readonly statusWords: Uint32Array;
  private readonly bytes: Buffer;
  private readonly name: number;
  private readonly statusAddress: number;
  private readonly entries: number;
  private readonly memory: OwnMemory;

  constructor(private readonly calls: SystemCalls) {
    this.memory = new OwnMemory(calls, ENTRIES_AT + ENTRIES_BYTES);
    const { bytes, address } = this.memory;
    this.bytes = bytes;
    this.statusWords = new Uint32Array(bytes.buffer, bytes.byteOffset + STATUS_AT, STATX_BYTES / 4);
    this.name = address;
    this.statusAddress = address + STATUS_AT;
    this.entries = address + ENTRIES_AT;
  }

  /**
   * Opens a directory in one that is open; a symbolic link is not followed. Who may not read it gets a hold on it, through which it can
   * be passed.
   * @returns a descriptor, to be closed by `close`; negative if that fails
   */
  open(directory: number, name: string): number {
    if (!this.put(name)) return -1;
    const fd = this.calls.openat(directory, this.name, READ);
    return fd >= 0 ? fd : this.calls.openat(directory, this.name, HOLD);
  }

  close(fd: number): void {
    this.calls.close(fd);
  }

  /**
   * Asks statx(2) about an entry of an open directory, itself if it is a symbolic link, for the fields that `mask` names.
   * @returns false if that fails, or does not tell all that `needed` names
   */
  status(directory: number, name: string, mask: number, needed: number): boolean {
    if (!this.put(name)) return false;
    const result = this.calls.statx(directory, this.name, AT_SYMLINK_NOFOLLOW, mask, this.statusAddress);
    return result === 0 && ((this.statusWords[0] as number) & needed) === needed;
  }

  /** Names in an open directory, in no order; null if that fails. */
  names(directory: number): string[] | null {
    const names: string[] = [];
    if (this.calls.lseek(directory, 0, SEEK_SET) !== 0) return null;
    for (;;) {
      const length = this.calls.getdents64(directory, this.entries, ENTRIES_BYTES);
      if (length === 0) return names;
      if (length < 0 || !this.take(length, names)) return null;
    }
  }

  /** Adds the names that were read; false if they make no sense. */
  private take(length: number, names: string[]): boolean {
    const { bytes } = this;
    const end = ENTRIES_AT + length;
    if (length > ENTRIES_BYTES) return false;
    const text = bytes.toString('latin1', ENTRIES_AT, end);
    for (let at = ENTRIES_AT; at < end; ) {
      const start = at + NAME_IN_ENTRY;
      const next = at + ((bytes[at + LENGTH_IN_ENTRY] as number) | ((bytes[at + LENGTH_IN_ENTRY + 1] as number) << 8));
      if (next <= start || next > end) return false;
      let stop = start;
      while (stop < next && bytes[stop] !== 0) stop += 1;
      if (stop === next) return false;
      if (!this.isDots(start, stop)) names.push(text.substring(start - ENTRIES_AT, stop - ENTRIES_AT));
      at = next;
    }
    return true;
  }

  private isDots(start: number, stop: number): boolean {
    if (this.bytes[start] !== DOT || stop - start > 2) return false;
    return stop - start === 1 || this.bytes[start + 1] === DOT;
  }

  /** Writes a name where the calls read it; false if it is no name for them. */
  private put(name: string): boolean {
    const { bytes } = this;
    const { length } = name;
    if (length >= NAME_BYTES) return false;
    for (let index = 0; index < length; index += 1) {
      const byte = name.charCodeAt(index);
      if (byte === 0 || byte > 0xff) return false;
      bytes[index] = byte;
    }
    bytes[length] = 0;
    return true;
  }
}
