import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf } from '../../util/byte-string.js';
import { relativeTo } from '../places/parts.js';
import type { Histories } from '../states/histories.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';
import type { Change } from './compare-parts.js';

/** A directory that moved as a whole. */
export interface MovedDirectory {
  readonly from: ByteString;
  readonly to: ByteString;
  /** What moved, without directories. */
  readonly count: number;
  /** Bytes. */
  readonly size: bigint;
}

interface Place {
  readonly repo: ShadowRepo;
  readonly path: ByteString;
}

/** From a pair of paths, the directories that they are in, as long as the names below are the same; the innermost first. */
function* parentsOf(from: Place, to: Place): Generator<readonly [from: Place, to: Place]> {
  let [one, other] = [from.path, to.path];
  while (baseOf(one) === baseOf(other) && one !== from.repo.realdir && other !== to.repo.realdir) {
    [one, other] = [directoryOf(one), directoryOf(other)];
    yield [{ repo: from.repo, path: one }, { repo: to.repo, path: other }];
  }
}

/**
 * Takes moves of whole directories together: of those whose old place is gone.
 * @param until when, in seconds since 1970; infinite for now
 * @returns the other changes, and the directories by their new places
 */
export function directoryMoves(
  changes: readonly Change[],
  until: number,
  histories: Histories,
): { readonly others: Change[]; readonly directories: MovedDirectory[] } {
  const gone = new Map<ByteString, boolean>();
  const isGone = ({ repo, path }: Place): boolean => {
    let known = gone.get(path);
    if (known === undefined) gone.set(path, (known = !isRecorded(repo, path, until, histories)));
    return known;
  };
  const directories = new Map<string, MovedDirectory & { count: number; size: bigint }>();
  const others: Change[] = [];
  for (const change of changes) {
    const { from, fromRepo, path, repo, after } = change;
    const pairs = from === null || fromRepo === null ? [] : [...parentsOf({ repo: fromRepo, path: from }, { repo, path })];
    const whole = pairs.findLast(([one]) => isGone(one));
    if (whole === undefined) {
      others.push(change);
      continue;
    }
    const [{ path: one }, { path: other }] = whole;
    const known = directories.get(`${one}\0${other}`) ?? { from: one, to: other, count: 0, size: 0n };
    known.count += 1;
    known.size += BigInt(after?.size ?? 0);
    directories.set(`${one}\0${other}`, known);
  }
  return { others, directories: [...directories.values()].sort((a, b) => (a.to < b.to ? -1 : 1)) };
}

function isRecorded(repo: ShadowRepo, path: ByteString, until: number, histories: Histories): boolean {
  const { history } = histories.of(repo);
  const tree = history.at(until)?.stat.tree ?? null;
  const relative = relativeTo(repo.realdir, path);
  // What a missing realdir leaves is not a file.
  return relative === '' ? tree !== null && history.hasFiles(tree) : new TreePaths(history.reader).find(tree, relative) !== null;
}
