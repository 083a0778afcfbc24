import { opendirSync } from 'node:fs';
import { yieldOutside } from '../../facets/observe/yield-outside.js';
import { unlessBarred } from '../../realdir/reach/fuse-mounts.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import { BY_HAND } from '../../realdir/reach/reach.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { yieldRegularly, isTimeToYield } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, messageOf } from '../../util/errors.js';
import type { Limit } from './limit.js';

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
export async function exceedsEntries(directory: ByteString, max: number, signal?: AbortSignal): Promise<boolean> {
  const yieldTurn = yieldRegularly(signal);
  const names = namesIn(directory);
  let count = 0;
  try {
    while (count <= max && names.next().done !== true) {
      count += 1;
      const turn = isTimeToYield(count) ? yieldTurn() : undefined;
      if (turn !== undefined) await turn;
    }
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
async function countEntries(cursor: DirectoryCursor, count: LimitedCount, path: ByteString, yieldTurn: YieldTurn): Promise<Level> {
  const pending: { name: ByteString; stat: EntryStat }[] = [];
  let seen = 0;
  for (const name of namesIn(cursor.reach('.'))) {
    const stat = unlessBarred(() => cursor.lstat(name));
    seen += 1;
    const turn = isTimeToYield(seen) ? yieldTurn() : undefined;
    if (turn !== undefined) {
      await turn;
      // The list may need to look at its entries.
      cursor.reach('.');
    }
    if (stat === null) continue;
    count.add(stat);
    if (count.isDecided) break;
    if (stat.kind === 'directory') pending.push({ name, stat });
  }
  return { path, pending };
}

/** Names the place of a system error, since the cursor knows paths that are relative to it. */
async function failureAt<T>(path: ByteString, signal: AbortSignal | undefined, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    signal?.throwIfAborted();
    const [reason] = messageOf(error).split(',');
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
export async function measureTree(
  realdir: ByteString,
  limit: Limit,
  signal?: AbortSignal,
  bounds = BY_HAND,
): Promise<'files' | 'bytes' | null> {
  signal?.throwIfAborted();
  const cursor = DirectoryCursor.open(realdir, bounds);
  if (cursor === null) throw new FsoError('no such directory');
  const yieldTurn = yieldOutside(cursor, signal);
  const count = new LimitedCount(limit);
  const levels: Level[] = [];
  const countHere = async (path: ByteString): Promise<void> => {
    levels.push(await failureAt(path, signal, () => countEntries(cursor, count, path, yieldTurn)));
  };
  try {
    count.add(cursor.rootStat);
    if (!count.isDecided) await countHere('');
    for (let level = levels.at(-1); level !== undefined && !count.isDecided; level = levels.at(-1)) {
      const directory = level.pending.pop();
      if (directory === undefined) {
        levels.pop();
        if (levels.length > 0) cursor.ascend();
        // Nothing else may run while the cursor is in the tree.
        const pause = yieldTurn();
        if (pause !== undefined) await pause;
        continue;
      }
      const path = joinPath(level.path, directory.name);
      if (await failureAt(path, signal, () => cursor.descend(directory.name, directory.stat))) await countHere(path);
    }
    return count.exceeded;
  } finally {
    cursor.close();
  }
}
