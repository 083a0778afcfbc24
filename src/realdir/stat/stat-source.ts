import type { ByteString } from '../../util/byte-string.js';
import type { EntryStat, PreciseStat } from './lstat.js';
import { LstatLatency } from './lstat-latency.js';
import { StatPrefetch } from './stat-prefetch.js';

/**
 * Where a walk gets the status of entries from: one call after the other, or, where each takes
 * long, what was fetched ahead. Levels are counted from 0, the toplevel directory.
 */
export class StatSource {
  private dev: number;
  private latency: LstatLatency;
  /** How many of the next calls are timed. */
  private toTime: number;
  /** What was fetched for each level; none where nothing was. */
  private readonly prefetches: (StatPrefetch | undefined)[] = [];

  constructor(dev: number) {
    this.dev = dev;
    this.latency = LstatLatency.of(dev);
    this.toTime = this.latency.enterDirectory();
  }

  /** True where entries should be fetched ahead. */
  get isSlow(): boolean {
    return this.latency.isSlow && this.toTime === 0;
  }

  /** True if `lstat` must be used; otherwise a plain call does as well, and is faster. */
  get isNeeded(): boolean {
    return this.toTime > 0 || this.latency.isSlow;
  }

  /** The walk enters a directory, on the filesystem with that device number. */
  descend(dev: number): void {
    this.changeTo(dev);
    this.toTime = this.latency.enterDirectory();
  }

  /** The walk goes back to a directory at that level. */
  ascend(level: number, dev: number): void {
    this.changeTo(dev);
    this.toTime = 0;
    if (this.prefetches.length > level + 1) this.prefetches.length = level + 1;
  }

  /** What is fetched for a level. */
  prefetchOf(level: number): StatPrefetch {
    return (this.prefetches[level] ??= new StatPrefetch());
  }

  /** Forgets what was fetched for all levels. */
  clear(): void {
    this.prefetches.length = 0;
  }

  /** The status of an entry, as fetched, else by a call of `read`. System errors are thrown. */
  lstat<T extends EntryStat>(
    level: number,
    name: ByteString,
    path: ByteString,
    read: (path: ByteString) => T | null,
  ): T | PreciseStat | null {
    const fetched = this.prefetches[level]?.take(name);
    if (fetched !== undefined) return fetched;
    if (this.toTime === 0) return read(path);
    const start = performance.now();
    try {
      return read(path);
    } finally {
      this.toTime -= 1;
      this.latency.add(performance.now() - start);
    }
  }

  private changeTo(dev: number): void {
    if (dev === this.dev) return;
    this.dev = dev;
    this.latency = LstatLatency.of(dev);
  }
}
