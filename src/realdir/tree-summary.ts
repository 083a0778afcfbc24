import type { EntryStat } from './lstat.js';

/**
 * Sums over a directory tree as it is walked: NOE-18, Tree stat information. Several summaries can
 * be fed by one walk, for example of a nogbundle and of the realdir that contains it.
 */
export class TreeSummary {
  dirs = 0;
  files = 0;
  links = 0;
  /** Sockets, FIFOs and devices. */
  others = 0;
  /** Smallest and largest mtime of any path, in whole seconds since the epoch. */
  mtimeMin = Number.POSITIVE_INFINITY;
  mtimeMax = Number.NEGATIVE_INFINITY;
  /** False if something could not be read, so that the sums are too small. */
  complete = true;

  private exactSize = 0;
  private beyondSize = 0n;
  /** Inodes with several links: the only part that grows with the tree. */
  private readonly linked = new Set<string>();

  /** Sum over unique inodes of regular files, in bytes. */
  get size(): bigint {
    return BigInt(this.exactSize) + this.beyondSize;
  }

  /** Counts one path of the tree. */
  add(stat: EntryStat): void {
    if (stat.mtime < this.mtimeMin) this.mtimeMin = stat.mtime;
    if (stat.mtime > this.mtimeMax) this.mtimeMax = stat.mtime;
    switch (stat.kind) {
      case 'file':
        this.files += 1;
        this.addSize(stat);
        break;
      case 'directory':
        this.dirs += 1;
        break;
      case 'symlink':
        this.links += 1;
        break;
      default:
        this.others += 1;
    }
  }

  private addSize(stat: EntryStat): void {
    if (stat.nlink > 1) {
      const inode = `${stat.ino}:${stat.size}`;
      if (this.linked.has(inode)) return;
      this.linked.add(inode);
    }
    const sum = this.exactSize + Number(stat.size);
    if (typeof stat.size === 'bigint' || !Number.isSafeInteger(sum)) this.beyondSize += BigInt(stat.size);
    else this.exactSize = sum;
  }
}
