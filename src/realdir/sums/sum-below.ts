import { handled } from '../../util/async/handled.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { DirectoryCursor } from '../walk/directory-cursor.js';
import { confirmGone } from '../walk/hidden-directory.js';
import { fetchNames, isLargeDirectory } from '../walk/large-directory.js';
import { doubledWarning } from '../walk/listed-names.js';
import { CHUNK } from '../ahead/read-ahead.js';
import { NotEnteredError } from '../reach/fuse-mounts.js';
import type { EntryStat } from '../stat/lstat.js';
import { ToplevelLostError } from '../walk/toplevel-lost.js';
import { ExpectedSums } from './expected-sums.js';
import type { PartialSums, SumsOf, TreeSummary } from './tree-summary.js';

/** What vanishes while it is counted is not a problem. */
const GONE = ['ENOENT', 'ENOTDIR'];

/** Reports a path, relative to the current directory of the cursor, that could not be read. */
export type ProblemBelow = (path: ByteString, error: unknown) => void;

/** Others, who may take a part of the walk. */
export interface SumHelpers {
  /** Entries that were met so far. */
  readonly counted: number;
  /** Learns how many entries a directory had; `before` is what `counted` was when it was entered. */
  noteSize(depth: number, before: number): void;
  /** Leaves a directory in the cursor's current one to somebody else; null if nobody takes it. `path` is like that of a problem. */
  leave(name: ByteString, path: ByteString, stat: EntryStat): Promise<PartialSums> | null;
}

/** What a walk that sums up calls. */
export interface SumHooks {
  /** Lets other work run now and then; the cursor may be suspended meanwhile. */
  readonly yieldTurn: YieldTurn;
  readonly onProblem: ProblemBelow;
  /** Told what is unusual about a path, like that of a problem. */
  readonly onWarning?: ((path: ByteString, message: string) => void) | undefined;
  /** Told the path of a directory, like that of a problem, and the number of its entries. */
  readonly onVisited: (path: ByteString, entries: number) => void;
  /** Sums over a directory that are known already, so that it need not be walked; null if they are not. */
  readonly sumsOf?: SumsOf | undefined;
  /** Told the path of a directory whose sums were known. */
  readonly onKnown?: ((path: ByteString) => void) | undefined;
  readonly helpers?: SumHelpers | undefined;
}

/** What is not added yet when a walk has ended, since others have taken it; null if that is nothing. */
export type StillSummed = { readonly added: Promise<unknown> } | null;

/** A directory that the cursor is in, or below. */
interface Level {
  readonly path: ByteString;
  /** All that was in it. */
  readonly names: ByteString[];
  /** How many of these were looked at. */
  seen: number;
  /** Subdirectories among them that are still to be visited. */
  readonly pending: [name: ByteString, stat: EntryStat][];
  /** What the helpers had counted when it was entered. */
  readonly before: number;
}

/**
 * Adds a directory of the cursor's current directory and all that is below it to the summaries,
 * whatever is ignored or a repository of its own. The depth is bounded by memory only: a level
 * costs its names, and the status of a few subdirectories. Where others have taken a part, that is added later.
 */
export async function sumBelow(
  cursor: DirectoryCursor,
  name: ByteString,
  stat: EntryStat,
  summaries: readonly TreeSummary[],
  { yieldTurn, onProblem, onWarning, onVisited, sumsOf, onKnown, helpers }: SumHooks,
): Promise<StillSummed> {
  const open: Level[] = [];
  const left: Promise<void>[] = [];

  const fail = (path: ByteString, error: unknown): void => {
    if (error instanceof ToplevelLostError) throw error;
    if (GONE.includes(errnoOf(error) ?? '')) return;
    if (!(error instanceof NotEnteredError)) for (const summary of summaries) summary.complete = false;
    onProblem(path, error);
  };

  /** A better error where the filesystem denies a directory that is there. */
  const explained = (child: ByteString, expected: EntryStat, error: unknown): unknown => {
    try {
      if (GONE.includes(errnoOf(error) ?? '')) confirmGone(cursor, child, expected, error);
      return error;
    } catch (better) {
      return better;
    }
  };

  const isKnown = async (path: ByteString, expected: EntryStat): Promise<boolean> => {
    const asked = sumsOf?.(path, expected) ?? null;
    const known = asked instanceof Promise ? await asked : asked;
    if (known === null) return false;
    onKnown?.(path);
    for (const summary of summaries) summary.addSums(known);
    return true;
  };

  const isLeft = (child: ByteString, path: ByteString, expected: EntryStat): boolean => {
    const summed = open.length === 0 || helpers === undefined ? null : helpers.leave(child, path, expected);
    if (summed === null) return false;
    const add = async (): Promise<void> => {
      const sums = await summed;
      for (const summary of summaries) summary.addPart(sums);
    };
    left.push(handled(add()));
    return true;
  };

  const prepare = (child: ByteString, childStat: EntryStat): Promise<void> | undefined => {
    const waiting = cursor.isSlow ? cursor.prefetchInside(child, yieldTurn) : undefined;
    return waiting ?? (isLargeDirectory(childStat) ? fetchNames(cursor, child, childStat) : undefined);
  };

  const enter = async (child: ByteString, path: ByteString, expected: EntryStat): Promise<void> => {
    if (sumsOf !== undefined && (await isKnown(path, expected))) return;
    if (isLeft(child, path, expected)) return;
    const waiting = prepare(child, expected);
    if (waiting !== undefined) await waiting;
    for (const summary of summaries) summary.add(expected);
    let names: ByteString[] = [];
    try {
      if (!cursor.descend(child, expected)) return confirmGone(cursor, child, expected);
    } catch (error) {
      fail(path, error);
      return;
    }
    try {
      names = cursor.names((doubled) => onWarning?.(path, doubledWarning(doubled)));
    } catch (error) {
      cursor.ascend();
      return fail(path, explained(child, expected, error));
    }
    onVisited(path, names.length);
    open.push({ path, names, seen: 0, pending: [], before: helpers?.counted ?? 0 });
  };

  // Some at a time: from one subdirectory to the next it is a shorter way than over their parent.
  const look = (level: Level): void => {
    const end = Math.min(level.seen + CHUNK, level.names.length);
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
    level.pending.reverse();
  };

  await enter(name, name, stat);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const pause = yieldTurn();
    if (pause !== undefined) await pause;
    const next = level.pending.pop();
    if (next !== undefined) {
      await enter(next[0], `${level.path}/${next[0]}`, next[1]);
    } else if (level.seen < level.names.length) {
      const { seen, names, path } = level;
      const waiting = cursor.isSlow ? cursor.prefetch(seen, names, () => new ExpectedSums(path, sumsOf), yieldTurn) : undefined;
      if (waiting !== undefined) await waiting;
      look(level);
    } else {
      helpers?.noteSize(cursor.depth, level.before);
      open.pop();
      cursor.ascend();
    }
  }
  return left.length === 0 ? null : { added: handled(Promise.all(left)) };
}
