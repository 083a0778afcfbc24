import { firstParents } from '../../../git/commits/first-parents.js';
import type { ObjectReader } from '../../../git/objects/object-reader.js';
import type { Oid } from '../../../git/objects/object-id.js';
import type { TreeEntry } from '../../../git/trees/tree-codec.js';
import { requireTreeDepth } from '../../../git/trees/tree-depth.js';
import type { ByteString } from '../../../util/byte-string.js';
import { joinPath } from '../../../util/byte-string.js';
import { isTree } from '../../observe/diff/directory-edit.js';

/** A tree, and when it was recorded; null after which there is nothing. */
interface Version {
  readonly tree: Oid | null;
  /** Seconds since the epoch. */
  readonly since: number;
}

/** A recorded path that is no directory, and since when it is recorded as it is now. */
export interface RecordedSince {
  readonly path: ByteString;
  readonly entry: TreeEntry;
  /** Time of the commit, in seconds since the epoch. */
  readonly since: number;
}

/** Since when the records of a branch are as they are now, by its first-parent history. */
export class RecordHistory {
  private constructor(
    private readonly reader: ObjectReader,
    /** The newest first; each differs from the one before. */
    private readonly versions: readonly Version[],
  ) {}

  /** @param after what is older than that, in seconds since the epoch, counts as of a time before it, which need not be the exact one */
  static of(gitDir: ByteString, reader: ObjectReader, head: Oid, after?: number): RecordHistory {
    const commits = firstParents(gitDir, reader, head, after);
    return new RecordHistory(reader, distinct(commits.toReversed().map(({ tree, seconds }) => ({ tree, since: seconds }))));
  }

  /**
   * All records, in Git's order of paths.
   * @param wants whether what is at or below a directory is of interest
   */
  *records(wants: (directory: ByteString) => boolean = () => true): Generator<RecordedSince> {
    yield* this.below(this.versions, '', wants, 0);
  }

  /** Since when paths are recorded as they are; those that are not recorded are left out. */
  sinceOf(paths: Iterable<ByteString>): ReadonlyMap<ByteString, number> {
    const wanted = new Set(paths);
    const directories = new Set<ByteString>();
    for (const path of wanted) for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) directories.add(path.slice(0, at));
    const found = new Map<ByteString, number>();
    if (wanted.size === 0) return found;
    for (const { path, since } of this.records((directory) => directories.has(directory))) if (wanted.has(path)) found.set(path, since);
    return found;
  }

  private *below(
    versions: readonly Version[],
    directory: ByteString,
    wants: (directory: ByteString) => boolean,
    depth: number,
  ): Generator<RecordedSince> {
    requireTreeDepth(depth, directory);
    const [now, ...older] = versions;
    if (now === undefined || now.tree === null) return;
    const entriesOf = ({ tree }: Version): ReadonlyMap<ByteString, Oid> =>
      new Map(tree === null ? [] : this.reader.readTree(tree).map((entry) => [key(entry), entry.oid]));
    const before = older.map((version) => ({ since: version.since, entries: entriesOf(version) }));
    for (const entry of this.reader.readTree(now.tree)) {
      const path = joinPath(directory, entry.name);
      if (isTree(entry)) {
        if (!wants(path)) continue;
        const own = [
          { tree: entry.oid, since: now.since },
          ...before.map(({ since, entries }) => ({ tree: entries.get(key(entry)) ?? null, since })),
        ];
        yield* this.below(distinct(own), path, wants, depth + 1);
        continue;
      }
      let { since } = now;
      for (const version of before) {
        if (version.entries.get(key(entry)) !== entry.oid) break;
        ({ since } = version);
      }
      yield { path, entry, since };
    }
  }
}

const key = ({ name, mode }: TreeEntry): ByteString => `${mode} ${name}`;

/** Of versions that are the same one after the other, the oldest. */
function distinct(versions: readonly Version[]): Version[] {
  const kept: Version[] = [];
  for (const version of versions) {
    if (kept.at(-1)?.tree === version.tree) kept[kept.length - 1] = version;
    else kept.push(version);
  }
  return kept;
}
