import type { ByteString } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import type { DirectoryCursor } from './directory-cursor.js';
import type { EntryStat } from './lstat.js';
import { AHEAD } from './read-ahead.js';
import { ToplevelLostError } from './toplevel-lost.js';
import type { TreeSummary } from './tree-summary.js';

/** What vanishes while it is counted is not a problem. */
const GONE = ['ENOENT', 'ENOTDIR'];

/** Reports a path, relative to the current directory of the cursor, that could not be read. */
export type ProblemBelow = (path: ByteString, error: unknown) => void;

/** What a walk that sums up calls. */
export interface SumHooks {
  /** Lets other work run between directories; the cursor may be suspended meanwhile. */
  readonly breathe: () => Promise<void> | undefined;
  readonly onProblem: ProblemBelow;
  /** Told the path of a directory, like that of a problem, and the number of its entries. */
  readonly onVisited: (path: ByteString, entries: number) => void;
}

/** A directory that the cursor is in, or below. */
interface Level {
  readonly path: ByteString;
  /** All that was in it. */
  readonly names: readonly ByteString[];
  /** How many of these were looked at. */
  seen: number;
  /** Subdirectories among them that are still to be visited. */
  readonly pending: [name: ByteString, stat: EntryStat][];
}

/**
 * Adds a directory of the cursor's current directory and all that is below it to the summaries,
 * whatever is ignored or a repository of its own. The depth is bounded by memory only: a level
 * costs its names, and the status of a few subdirectories.
 */
export async function sumBelow(
  cursor: DirectoryCursor,
  name: ByteString,
  stat: EntryStat,
  summaries: readonly TreeSummary[],
  { breathe, onProblem, onVisited }: SumHooks,
): Promise<void> {
  const open: Level[] = [];

  const fail = (path: ByteString, error: unknown): void => {
    if (error instanceof ToplevelLostError) throw error;
    if (GONE.includes(errnoOf(error) ?? '')) return;
    for (const summary of summaries) summary.complete = false;
    onProblem(path, error);
  };

  const enter = (child: ByteString, path: ByteString, expected: EntryStat): void => {
    for (const summary of summaries) summary.add(expected);
    let names: ByteString[] = [];
    try {
      if (!cursor.descend(child, expected)) return;
    } catch (error) {
      fail(path, error);
      return;
    }
    try {
      names = cursor.names();
    } catch (error) {
      fail(path, error);
    }
    onVisited(path, names.length);
    open.push({ path, names, seen: 0, pending: [] });
  };

  // Some at a time: from one subdirectory to the next it is a shorter way than over their parent.
  const look = (level: Level): void => {
    const end = Math.min(level.seen + AHEAD, level.names.length);
    for (; level.seen < end; level.seen += 1) {
      const child = level.names[level.seen] as ByteString;
      try {
        const childStat = cursor.lstat(child);
        if (childStat?.kind === 'directory') level.pending.push([child, childStat]);
        else if (childStat !== null) for (const summary of summaries) summary.add(childStat);
      } catch (error) {
        fail(`${level.path}/${child}`, error);
      }
    }
  };

  enter(name, name, stat);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const next = level.pending.pop();
    if (next !== undefined) {
      enter(next[0], `${level.path}/${next[0]}`, next[1]);
    } else if (level.seen < level.names.length) {
      const { seen, names } = level;
      if (cursor.isSlow) await cursor.lookAhead(seen, () => names.slice(seen, seen + AHEAD));
      look(level);
    } else {
      open.pop();
      cursor.ascend();
      const pause = breathe();
      if (pause !== undefined) await pause;
    }
  }
}
