import type { RecordedCommit } from '../../git/commits/first-parents.js';
import { commitsChanging } from '../../git/commits/path-commits.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';

/** What a tree has under a name; null if it has nothing. */
interface Found {
  readonly mode: number;
  readonly oid: Oid;
}

/** A history, the oldest commit first. */
interface Steppable {
  readonly repo: Pick<ShadowRepo, 'gitDir'>;
  readonly reader: ObjectReader;
  readonly stat: readonly RecordedCommit[];
}

/** Up to so many commits, to look for a path oneself takes less time than to start Git. */
const OWN_MAX = 200;

/**
 * The commits in which a path changed, or something below it, the newest first, by their index in it.
 * @param path relative to the realdir; empty for all of it
 * @throws FsoError if a tree cannot be read; the reason of the signal
 */
export async function stepsOf(history: Steppable, path: ByteString, signal?: AbortSignal): Promise<Iterable<number>> {
  const { repo, stat } = history;
  const tip = stat.at(-1)?.oid;
  const isShort = path === '' || stat.length <= OWN_MAX || tip === undefined;
  const changing = isShort ? null : await commitsChanging(repo.gitDir, tip, path, signal);
  return changing === null ? ownSteps(history, path) : indexesOf(stat, changing);
}

function* indexesOf(commits: readonly RecordedCommit[], wanted: ReadonlySet<Oid>): Generator<number> {
  for (let index = commits.length - 1; index >= 0; index--) if (wanted.has(commits[index]?.oid as Oid)) yield index;
}

/** Of each commit only what differs from the next one is read. @internal for tests */
export function* ownSteps(history: Steppable, path: ByteString): Generator<number> {
  const { stat, reader } = history;
  const finder = new PathFinder(reader, path === '' ? [] : path.split('/'));
  let entry: Found | null = finder.find(stat.at(-1)?.tree ?? null);
  for (let index = stat.length - 1; index >= 0; index--) {
    const before: Found | null = finder.find(stat[index - 1]?.tree ?? null);
    if (before?.oid !== entry?.oid || before?.mode !== entry?.mode) yield index;
    entry = before;
  }
}

/** Finds one path in trees that are mostly the same. */
class PathFinder {
  /** By depth, the last tree, and what it had under the name. */
  readonly #last: { tree: Oid; found: Found | null }[] = [];

  constructor(
    private readonly reader: ObjectReader,
    private readonly names: readonly ByteString[],
  ) {}

  find(tree: Oid | null): Found | null {
    let at: Found | null = tree === null ? null : { mode: FileMode.directory, oid: tree };
    for (const [depth, name] of this.names.entries()) {
      if (at?.mode !== FileMode.directory) return null;
      const last = this.#last[depth];
      if (last?.tree !== at.oid) this.#last[depth] = { tree: at.oid, found: this.reader.findInTree(at.oid, name) };
      at = this.#last[depth]?.found ?? null;
    }
    return at;
  }
}
