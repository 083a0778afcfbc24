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

/**
 * Adds a directory of the cursor's current directory and all that is below it to the summaries,
 * whatever is ignored or a repository of its own. The depth is bounded by memory only: a level
 * costs the names that are still to be visited.
 */
export async function sumBelow(
  cursor: DirectoryCursor,
  name: ByteString,
  stat: EntryStat,
  summaries: readonly TreeSummary[],
  { breathe, onProblem, onVisited }: SumHooks,
): Promise<void> {
  const open: { names: ByteString[]; count: number; path: ByteString }[] = [];

  const fail = (path: ByteString, error: unknown): void => {
    if (error instanceof ToplevelLostError) throw error;
    if (GONE.includes(errnoOf(error) ?? '')) return;
    for (const summary of summaries) summary.complete = false;
    onProblem(path, error);
  };

  const enter = (child: ByteString, path: ByteString, expected: EntryStat): void => {
    for (const summary of summaries) summary.add(expected);
    try {
      if (!cursor.descend(child, expected)) return;
    } catch (error) {
      fail(path, error);
      return;
    }
    let names: ByteString[] = [];
    try {
      names = cursor.names();
    } catch (error) {
      fail(path, error);
    }
    onVisited(path, names.length);
    open.push({ names, count: names.length, path });
  };

  enter(name, name, stat);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const { names, count } = level;
    if (cursor.isSlow && names.length > 0) await cursor.lookAhead(count - names.length, () => names.slice(-AHEAD));
    const child = names.pop();
    if (child === undefined) {
      open.pop();
      cursor.ascend();
      const pause = breathe();
      if (pause !== undefined) await pause;
      continue;
    }
    let childStat: EntryStat | null;
    try {
      childStat = cursor.lstat(child);
    } catch (error) {
      fail(`${level.path}/${child}`, error);
      continue;
    }
    if (childStat === null) continue;
    if (childStat.kind === 'directory') enter(child, `${level.path}/${child}`, childStat);
    else for (const summary of summaries) summary.add(childStat);
  }
}
