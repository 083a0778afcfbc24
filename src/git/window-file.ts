import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';

const WINDOW_BYTES = 64 * 1024;
const WINDOW_COUNT = 16;
const PAGE_BYTES = 4096;

interface Window {
  readonly memory: Buffer;
  start: number;
  length: number;
}

/**
 * A file that is read at arbitrary places through a few windows of 64 KiB, so that memory stays
 * bounded (1 MiB) however big the file is.
 */
export class WindowFile {
  readonly size: number;
  readonly #fd: number;
  // Most recently used first.
  readonly #windows: Window[] = [];

  /** Opens the file; a system error (for example ENOENT) is thrown as it is. */
  constructor(path: ByteString) {
    this.#fd = openSync(fsPath(path), 'r');
    this.size = fstatSync(this.#fd).size;
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

  /** Reads around the windows into a buffer of its own; shorter only at the end of the file. */
  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    return bytes.subarray(0, this.#fill(bytes, offset));
  }

  close(): void {
    this.#windows.length = 0;
    closeSync(this.#fd);
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
