import type { Oid } from '../git/objects/object-id.js';
import { FileMode } from '../git/trees/tree-codec.js';
import { isConfiguration } from '../shadow/read/tree-files.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { YieldTurn } from '../util/async/yield-regularly.js';
import type { ByteString } from '../util/byte-string.js';
import type { Counts } from './ls.js';
import { listWithTotals } from './ls-totals.js';
import type { EntryKind } from './states/recorded-entry.js';
import { entryStat } from './states/recorded-entry.js';
import { RepoHistory } from './states/repo-history.js';
import { TreePaths } from '../shadow/read/tree-paths.js';

/** The last that `stat` has recorded of a path that is not recorded any more. */
export interface LastSeen extends Pick<Counts, 'size' | 'files'> {
  readonly kind: EntryKind | 'directory';
  /** The last commit of `stat` with the path; its time, and that of the next one, in seconds since 1970. */
  readonly commit: Oid;
  readonly seconds: number;
  readonly goneAt: number;
}

/**
 * Looks for a path in what was recorded before.
 * @param path relative to the realdir, not empty
 * @param until seconds since 1970; infinite for now
 * @returns null if it is recorded then, or was not before
 * @throws FsoError if something cannot be read; the reason of the signal of `yieldTurn`
 */
export async function lastSeen(repo: ShadowRepo, path: ByteString, until: number, yieldTurn: YieldTurn): Promise<LastSeen | null> {
  if (path.split('/').some(isConfiguration)) return null;
  const history = new RepoHistory(repo);
  try {
    const trees = new TreePaths(history.reader);
    let index = history.at(until)?.index ?? -1;
    let next = null;
    for (; index >= 0; index -= 1) {
      const { stat } = history.byIndex(index) ?? {};
      const entry = stat === undefined ? null : trees.find(stat.tree, path);
      if (stat !== undefined && entry !== null) {
        if (next === null) return null;
        const isDirectory = entry.mode === FileMode.directory;
        const what = isDirectory ? await totalsOf(history, stat.tree, path, yieldTurn) : entryStat(history.reader, path, entry);
        const { kind, size, files } = what;
        return { kind, size, files, commit: stat.oid, seconds: stat.seconds, goneAt: next };
      }
      next = stat?.seconds ?? null;
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
    }
    return null;
  } finally {
    history.close();
  }
}

async function totalsOf(
  { reader }: RepoHistory,
  tree: Oid,
  path: ByteString,
  yieldTurn: YieldTurn,
): Promise<Pick<LastSeen, 'kind' | 'size' | 'files'>> {
  for await (const rows of listWithTotals(reader, tree, path, yieldTurn)) {
    for (const row of rows) if (row.path === path) return { kind: 'directory', size: row.size, files: row.files };
  }
  return { kind: 'directory', size: 0, files: 0 };
}
