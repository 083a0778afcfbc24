import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { compareEntryNames, FileMode } from '../../git/trees/tree-codec.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import { isConfiguration } from '../../shadow/read/tree-files.js';
import { atPath } from '../../util/at-path.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';

/** A path at which two trees differ, and what each has there; null for nothing. */
export interface TreeChange {
  readonly path: ByteString;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

interface Level {
  readonly path: ByteString;
  readonly before: readonly TreeEntry[];
  readonly after: readonly TreeEntry[];
  nextBefore: number;
  nextAfter: number;
}

const isTree = (entry: TreeEntry | null): boolean => entry?.mode === FileMode.directory;

/** The entries of the level that come next: of both, if they are the same name and kind of entry. */
function nextPair(level: Level): readonly [TreeEntry | null, TreeEntry | null] | null {
  const one = level.before[level.nextBefore] ?? null;
  const other = level.after[level.nextAfter] ?? null;
  if (one === null && other === null) return null;
  const order =
    one === null ? 1
    : other === null ? -1
    : one.name === other.name && isTree(one) === isTree(other) ? 0
    : compareEntryNames(one.name, isTree(one), other.name, isTree(other));
  if (order <= 0) level.nextBefore++;
  if (order >= 0) level.nextAfter++;
  return [order <= 0 ? one : null, order >= 0 ? other : null];
}

/**
 * The differences of two trees of records, in Git's order. It costs what differs: what has the same id in both is not read. What
 * configures the shadow repo is left out.
 * @param before null for an empty tree; so is `after`
 * @param path the trees' own path, in front of all others
 * @param isWanted asked about each directory that differs; one that is not wanted is left out with all that is below
 * @param isLeftOut names that are left out, with all that is below
 * @throws FsoError that names the path of a tree that cannot be read
 */
export function* treeChanges(
  reader: ObjectReader,
  before: Oid | null,
  after: Oid | null,
  path: ByteString = '',
  isWanted: (directory: ByteString) => boolean = () => true,
  isLeftOut: (name: ByteString) => boolean = isConfiguration,
): Generator<TreeChange> {
  if (before === after) return;
  const entriesOf = (at: ByteString, oid: Oid | null): readonly TreeEntry[] => (oid === null ? [] : atPath(at, () => reader.readTree(oid)));
  const levelOf = (at: ByteString, one: Oid | null, other: Oid | null): Level => ({
    path: at, before: entriesOf(at, one), after: entriesOf(at, other), nextBefore: 0, nextAfter: 0,
  });
  const open = [levelOf(path, before, after)];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const pair = nextPair(level);
    if (pair === null) {
      open.pop();
      continue;
    }
    const [one, other] = pair;
    if (one?.oid === other?.oid && one?.mode === other?.mode) continue;
    const entry = (one ?? other) as TreeEntry;
    if (isLeftOut(entry.name)) continue;
    const at = joinPath(level.path, entry.name);
    if (!isTree(entry)) {
      yield { path: at, before: one, after: other };
      continue;
    }
    if (!isWanted(at)) continue;
    requireTreeDepth(open.length, at);
    open.push(levelOf(at, one?.oid ?? null, other?.oid ?? null));
  }
}
