import { opendirSync } from 'node:fs';
import { breatherOf } from '../facets/observe/breather.js';
import { DirectoryCursor } from '../realdir/directory-cursor.js';
import type { EntryStat } from '../realdir/lstat.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import type { Limit } from './init-limits.js';

const NAMES_AT_ONCE = 256;

/** Names of a directory, of which no more are read than are asked for. System errors are thrown. */
function* namesIn(directory: ByteString): Generator<ByteString> {
  // Bytes, which Node's type declarations do not offer: where the filesystem does not tell types, Node
  // looks up each name, and would do so in vain with latin1.
  const encoding = 'buffer' as BufferEncoding;
  const handle = opendirSync(fsPath(directory), { encoding, bufferSize: NAMES_AT_ONCE });
  try {
    for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
      yield Buffer.from(entry.name).toString('latin1');
    }
  } finally {
    handle.closeSync();
  }
}

/** True if a directory has more entries, of any type, than `max`; no more are read than that takes. */
export function exceedsEntries(directory: ByteString, max: number): boolean {
  const names = namesIn(directory);
  let count = 0;
  try {
    while (count <= max && names.next().done !== true) count += 1;
  } finally {
    names.return(undefined);
  }
  return count > max;
}

/** Counts the paths of a tree, and their apparent size, as far as there are limits for them. */
class LimitedCount {
  exceeded: 'files' | 'bytes' | null = null;
  private files = 0;
  private bytes = 0;
  /** Inodes with several links, which count once. */
  private readonly linked = new Set<string>();

  constructor(private readonly limit: Limit) {}

  /** True once the result is certain. Too many files come before too many bytes. */
  get isDecided(): boolean {
    return this.exceeded === 'files' || (this.exceeded === 'bytes' && this.limit.maxFiles === 0);
  }

  add(stat: EntryStat): void {
    const { maxFiles, maxBytes } = this.limit;
    if (maxFiles > 0 && ++this.files > maxFiles) this.exceeded = 'files';
    if (maxBytes === 0 || this.exceeded !== null || this.isCounted(stat)) return;
    if (stat.kind !== 'other') this.bytes += Number(stat.size);
    if (this.bytes > maxBytes) this.exceeded = 'bytes';
  }

  private isCounted({ kind, nlink, dev, ino }: EntryStat): boolean {
    if (kind === 'directory' || nlink < 2) return false;
    const inode = `${dev}:${ino}`;
    if (this.linked.has(inode)) return true;
    this.linked.add(inode);
    return false;
  }
}

interface Level {
  /** Relative to the toplevel directory, for messages; empty for that one. */
  readonly path: ByteString;
  /** Subdirectories still to be visited. */
  readonly pending: { readonly name: ByteString; readonly stat: EntryStat }[];
}

/** Counts the entries of the current directory; nothing more once the result is certain. */
function countEntries(cursor: DirectoryCursor, count: LimitedCount, path: ByteString): Level {
  const pending: { name: ByteString; stat: EntryStat }[] = [];
  for (const name of namesIn(cursor.reach('.'))) {
    const stat = cursor.lstat(name);
    if (stat === null) continue;
    count.add(stat);
    if (count.isDecided) break;
    if (stat.kind === 'directory') pending.push({ name, stat });
  }
  return { path, pending };
}

/** Names the place of a system error, since the cursor knows paths that are relative to it. */
function failureAt<T>(path: ByteString, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split(',');
    throw new FsoError(`${textOfBytes(path || '.')}: ${reason}`, { cause: error });
  }
}

/**
 * Walks a whole tree, itself included, until it is certain whether it exceeds a limit: first the
 * number of paths of any type, then the sum of the lengths of files (hard links once), symbolic
 * links and directories. A limit of 0 does not hold.
 *
 * @throws FsoError naming what cannot be read; the reason of the signal when aborted
 */
export async function measureTree(realdir: ByteString, limit: Limit, signal?: AbortSignal): Promise<'files' | 'bytes' | null> {
  signal?.throwIfAborted();
  const cursor = DirectoryCursor.open(realdir);
  if (cursor === null) throw new FsoError('no such directory');
  const breathe = breatherOf(cursor, signal);
  const count = new LimitedCount(limit);
  const levels: Level[] = [];
  const countHere = (path: ByteString): void => {
    levels.push(failureAt(path, () => countEntries(cursor, count, path)));
  };
  try {
    count.add(cursor.rootStat);
    if (!count.isDecided) countHere('');
    for (let level = levels.at(-1); level !== undefined && !count.isDecided; level = levels.at(-1)) {
      const directory = level.pending.pop();
      if (directory === undefined) {
        levels.pop();
        if (levels.length > 0) cursor.ascend();
        // Nothing else may run while the cursor is in the tree.
        const pause = breathe();
        if (pause !== undefined) await pause;
        continue;
      }
      const path = joinPath(level.path, directory.name);
      if (failureAt(path, () => cursor.descend(directory.name, directory.stat))) countHere(path);
    }
    return count.exceeded;
  } finally {
    cursor.close();
  }
}
