import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import { DirectoryCursor } from './directory-cursor.js';
import type { EntryStat } from './lstat.js';
import type { ProblemBelow } from './sum-below.js';
import { TreeSummary } from './tree-summary.js';

/** Sums over a whole tree: NOE-18, Tree stat information. */
export interface TreeSum {
  /** Of the directory itself; like all times in whole seconds since the epoch, rounded down. */
  readonly mtime: number;
  /** Includes the directory itself. */
  readonly dirs: number;
  readonly files: number;
  readonly links: number;
  readonly others: number;
  /** Bytes in regular files, each inode once. */
  readonly size: bigint;
  readonly mtimeMin: number;
  readonly mtimeMax: number;
  /** False if something could not be read, so that the sums are too small. */
  readonly complete: boolean;
}

export interface SumTreeOptions {
  /** Called with the path, relative to the directory, of what cannot be read; it does not end the walk. */
  readonly onProblem?: ProblemBelow;
}

class TreeWalk {
  readonly summary = new TreeSummary();
  private readonly open: { readonly names: ByteString[]; readonly path: ByteString }[] = [];

  constructor(
    private readonly cursor: DirectoryCursor,
    private readonly onProblem: ProblemBelow,
  ) {}

  run(): void {
    this.summary.add(this.cursor.rootStat);
    this.openHere('');
    for (let level = this.open.at(-1); level !== undefined; level = this.open.at(-1)) {
      const name = level.names.pop();
      if (name !== undefined) {
        this.visit(name, joinPath(level.path, name));
        continue;
      }
      this.open.pop();
      if (this.open.length > 0) this.cursor.ascend();
    }
  }

  private visit(name: ByteString, path: ByteString): void {
    const stat = this.attempt(path, () => this.cursor.lstat(name));
    if (stat === null) return;
    this.summary.add(stat);
    if (stat.kind === 'directory' && this.descend(name, path, stat)) this.openHere(path);
  }

  private descend(name: ByteString, path: ByteString, stat: EntryStat): boolean {
    return this.attempt(path, () => this.cursor.descend(name, stat)) === true;
  }

  private openHere(path: ByteString): void {
    this.open.push({ names: this.attempt(path, () => this.cursor.names()) ?? [], path });
  }

  private attempt<T>(path: ByteString, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') {
        this.summary.complete = false;
        this.onProblem(path, error);
      }
      return null;
    }
  }
}

/**
 * Walks all of a directory tree, whatever is ignored or a repository of its own, in one go. Returns
 * null if there is no directory. What vanishes meanwhile is not counted. Depth and path length have no limit,
 * and only inodes with several links take memory.
 */
export function sumTree(dir: ByteString, { onProblem = () => undefined }: SumTreeOptions = {}): TreeSum | null {
  const cursor = DirectoryCursor.open(dir);
  if (cursor === null) return null;
  const walk = new TreeWalk(cursor, onProblem);
  try {
    walk.run();
  } finally {
    cursor.suspend();
  }
  const { dirs, files, links, others, size, mtimeMin, mtimeMax, complete } = walk.summary;
  return { mtime: cursor.rootStat.mtime, dirs, files, links, others, size, mtimeMin, mtimeMax, complete };
}
