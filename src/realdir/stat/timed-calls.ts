import type { ByteString } from '../../util/byte-string.js';
import { Latency } from './latency.js';

/** Finds out, with some of the calls of a walk, how long they take where it is. */
export class TimedCalls {
  private dev: number;
  private latency: Latency;
  /** How many of the next calls of lstat are timed. */
  left: number;

  constructor(dev: number) {
    this.dev = dev;
    this.latency = Latency.of(dev);
    this.left = this.latency.enterDirectory();
  }

  /** True where directories and entries should be read ahead. */
  get isSlow(): boolean {
    return this.latency.isSlow;
  }

  /** The walk enters a directory, on the filesystem with that device number. @param isAhead its entries come from elsewhere */
  descend(dev: number, isAhead: boolean): void {
    this.changeTo(dev);
    this.left = isAhead ? 0 : this.latency.enterDirectory();
  }

  /** The walk goes back to a directory. */
  ascend(dev: number): void {
    this.changeTo(dev);
    this.left = 0;
  }

  /** The status of an entry, by a call that is timed if there is one left to be. System errors are thrown. */
  lstat<T>(path: ByteString, read: (path: ByteString) => T): T {
    if (this.left === 0) return read(path);
    const start = performance.now();
    try {
      return read(path);
    } finally {
      this.left -= 1;
      this.latency.add(performance.now() - start);
    }
  }

  /** The names in a directory, likewise. */
  list(read: () => ByteString[]): ByteString[] {
    if (this.left === 0) return read();
    const start = performance.now();
    const names = read();
    this.latency.addListing(performance.now() - start, names.length);
    return names;
  }

  private changeTo(dev: number): void {
    if (dev === this.dev) return;
    this.dev = dev;
    this.latency = Latency.of(dev);
  }
}
