import type { ByteString } from '../../util/byte-string.js';
import type { EntryStat } from '../stat/lstat.js';

/** Sizes of regular files with several links, by device and inode number. */
export type LinkedInodes = ReadonlyMap<number, ReadonlyMap<EntryStat['ino'], EntryStat['size']>>;

/** Sums over a directory tree, the directory itself included. */
export interface TreeSums {
  readonly dirs: number;
  readonly files: number;
  readonly links: number;
  /** Sockets, FIFOs and devices. */
  readonly others: number;
  /** Sum over unique inodes of regular files, in bytes. */
  readonly size: bigint;
  /** Smallest and largest mtime of any path, in whole seconds since the epoch. */
  readonly mtimeMin: number;
  readonly mtimeMax: number;
  /** What must not be counted again by whoever adds these sums to others. */
  readonly linked: LinkedInodes;
}

/** Sums over a directory, by its path and status; null if it must be walked. */
export type SumsOf = (path: ByteString, stat: EntryStat) => TreeSums | null | Promise<TreeSums | null>;

/** Sums over a part of a directory tree, for whoever walks the rest; plain data. */
export interface PartialSums extends TreeSums {
  /** False if something was not read. */
  readonly complete: boolean;
}

/**
 * Sums over a directory tree as it is walked: NOE-18, Tree stat information. Several summaries can
 * be fed by one walk, for example of a nogbundle and of the realdir that contains it.
 */
export class TreeSummary implements TreeSums {
  dirs = 0;
  files = 0;
  links = 0;
  others = 0;
  mtimeMin = Number.POSITIVE_INFINITY;
  mtimeMax = Number.NEGATIVE_INFINITY;
  /** False if something was not read, so that the sums are too small. */
  complete = true;

  /** The only part that grows with the tree. */
  readonly linked = new Map<number, Map<EntryStat['ino'], EntryStat['size']>>();

  private exactSize = 0;
  private beyondSize = 0n;

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
        if (stat.nlink > 1 && !this.link(stat.dev, stat.ino, stat.size)) return;
        this.addSize(stat.size);
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

  /** The sums as they are now. */
  get sums(): PartialSums {
    const { dirs, files, links, others, size, mtimeMin, mtimeMax, linked, complete } = this;
    return { dirs, files, links, others, size, mtimeMin, mtimeMax, linked, complete };
  }

  /** Counts a part that somebody else has walked. */
  addPart(sums: PartialSums): void {
    this.addSums(sums);
    if (!sums.complete) this.complete = false;
  }

  /** Counts a part of the tree that was summed up before. */
  addSums(sums: TreeSums): void {
    this.dirs += sums.dirs;
    this.files += sums.files;
    this.links += sums.links;
    this.others += sums.others;
    this.mtimeMin = Math.min(this.mtimeMin, sums.mtimeMin);
    this.mtimeMax = Math.max(this.mtimeMax, sums.mtimeMax);
    this.beyondSize += sums.size;
    for (const [dev, inodes] of sums.linked) {
      for (const [ino, size] of inodes) if (!this.link(dev, ino, size)) this.beyondSize -= BigInt(size);
    }
  }

  /** Remembers a file with several links; false if it was counted before. */
  private link(dev: number, ino: EntryStat['ino'], size: EntryStat['size']): boolean {
    let inodes = this.linked.get(dev);
    if (inodes === undefined) this.linked.set(dev, (inodes = new Map()));
    if (inodes.has(ino)) return false;
    inodes.set(ino, size);
    return true;
  }

  private addSize(size: EntryStat['size']): void {
    const sum = this.exactSize + Number(size);
    if (typeof size === 'bigint' || !Number.isSafeInteger(sum)) this.beyondSize += BigInt(size);
    else this.exactSize = sum;
  }
}
