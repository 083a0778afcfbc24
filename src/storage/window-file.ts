import { closeSync, readSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { quietly } from '../util/errors.js';
import { openStored } from './stored-file.js';

const WINDOW_BYTES = 16 * 1024;
const WINDOW_COUNT = 64;
const PAGE_BYTES = 4096;

interface Window {
  readonly memory: Buffer;
  start: number;
  length: number;
}

/**
 * A file that is read at arbitrary places through some windows of 16 KiB, so that memory stays
 * bounded (1 MiB) however big the file is.
 */
export class WindowFile {
  readonly size: number;
  readonly #fd: number;
  // Most recently used first.
  readonly #windows: Window[] = [];

  /** Opens the file. @throws ForeignFileError if it is no regular file; a system error (for example ENOENT) as it is */
  constructor(path: ByteString) {
    const { fd, size } = openStored(path);
    this.#fd = fd;
    this.size = size;
  }

  /**
   * The bytes from `offset` on: `length` of them, fewer only at the end of the file. The result may
   * be a view of a window: use it before the next call, or copy it.
   */
  view(offset: number, length: number): Buffer {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return Buffer.alloc(0);
    const window = this.#windowWith(offset, end);
    if (window !== undefined) return window.memory.subarray(offset - window.start, end - window.start);
    if (end - offset > WINDOW_BYTES - PAGE_BYTES) return this.read(offset, end - offset);
    const loaded = this.#load(offset - (offset % PAGE_BYTES));
    return loaded.memory.subarray(offset - loaded.start, Math.min(end - loaded.start, loaded.length));
  }

  /** Reads into a buffer of its own, and fills no window; shorter only at the end of the file. */
  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    const window = this.#windowWith(offset, offset + bytes.length);
    if (window !== undefined) {
      window.memory.copy(bytes, 0, offset - window.start);
      return bytes;
    }
    return bytes.subarray(0, this.#fill(bytes, offset));
  }

  /** Reads into a buffer of the caller, and fills no window. Returns how much was read, less only at the end of the file. */
  readInto(target: Buffer, offset: number, length: number): number {
    return this.#fill(target.subarray(0, length), offset);
  }

  close(): void {
    this.#windows.length = 0;
    // Nothing was written: what could still go wrong concerns nobody.
    quietly(() => closeSync(this.#fd));
  }

  #windowWith(start: number, end: number): Window | undefined {
    for (let i = 0; i < this.#windows.length; i++) {
      const window = this.#windows[i] as Window;
      if (window.start <= start && end <= window.start + window.length) {
        if (i > 0) {
          this.#windows.splice(i, 1);
          this.#windows.unshift(window);
        }
        return window;
      }
    }
    return undefined;
  }

  #load(start: number): Window {
    const window = this.#windows.length < WINDOW_COUNT
      ? { memory: Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, this.size)), start, length: 0 }
      : (this.#windows.pop() as Window);
    window.start = start;
    window.length = this.#fill(window.memory, start);
    this.#windows.unshift(window);
    return window;
  }

  #fill(target: Buffer, offset: number): number {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.#fd, target, done, target.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }
}
