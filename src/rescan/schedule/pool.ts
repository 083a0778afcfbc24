import type { ByteString } from '../../util/byte-string.js';
import type { RepoWithNested } from '../plan/nested-first.js';

/**
 * Runs `work` on each repo when it was done on all below it, at most `limit` at a time; those that wait for others take no place of these.
 * Begins nothing more once `signal` is set, or `work` has failed. Rejects with the first failure, when all that was begun has ended.
 * @param repos each after all that are below it
 */
export async function forEachNestedFirst(
  repos: readonly RepoWithNested[],
  limit: number,
  work: (repo: RepoWithNested) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = new Set(repos);
  const running = new Set<Promise<void>>();
  const ended = new Set<ByteString>();
  const failures: unknown[] = [];

  // Few are looked at: what waits for others comes after them, so that nearly all of them have begun.
  const takeNext = (): RepoWithNested | null => {
    for (const repo of waiting) {
      if (!repo.nested.every((realdir) => ended.has(realdir))) continue;
      waiting.delete(repo);
      return repo;
    }
    return null;
  };

  const begin = async (repo: RepoWithNested): Promise<void> => {
    await work(repo).catch((error: unknown) => failures.push(error));
    ended.add(repo.planned.realdir);
  };

  for (;;) {
    while (running.size < limit && failures.length === 0 && signal?.aborted !== true) {
      const next = takeNext();
      if (next === null) break;
      const run = begin(next).finally(() => running.delete(run));
      running.add(run);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (failures.length > 0) throw failures[0];
}
