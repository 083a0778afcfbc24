import type { TreeEntry } from '../../git/trees/tree-codec.js';
import type { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import type { ByteString } from '../../util/byte-string.js';
import { leaveSubtree } from '../threads/subtree-offers.js';
import type { ObservationContext } from './context.js';
import type { Counting } from './counting.js';
import { isTree } from './diff/directory-edit.js';
import type { DirectoryDiff } from './diff/directory-diff.js';
import type { EnteredDirectory } from './recorder.js';

/** A directory that the cursor is in, and what is known of it. */
interface Entered {
  readonly directory: EnteredDirectory;
  readonly names: readonly ByteString[];
  readonly scope: IgnoreScope | null;
  readonly recorded: TreeEntry | undefined;
}

/**
 * Leaves a directory that was entered, and all that is below it, to a thread that has nothing to do; false if none has. What comes
 * of it is joined with the directory above when it is known.
 */
export function leaveDirectory<State>(
  { cursor, offers, fingerprints }: ObservationContext<State>,
  counting: Counting,
  above: DirectoryDiff<State>,
  { directory, names, scope, recorded }: Entered,
): boolean {
  // Where calls take long, it is the prefetch that has them made at the same time.
  const thread = cursor.isSlow ? undefined : offers?.claim(cursor.depth);
  if (thread === undefined || thread === null) return false;
  const place = fingerprints?.placeOfPart() ?? 0;
  const left = {
    directory,
    names,
    recorded: recorded !== undefined && isTree(recorded) ? recorded.oid : null,
    scope: scope?.parts ?? null,
    levels: [...cursor.levels],
    isCounted: counting.isWanted,
  };
  const join = async (): Promise<void> => {
    const { tree, sums, fingerprints: found } = await leaveSubtree(thread, left);
    if (sums !== null) counting.addPart(sums);
    if (found !== null) fingerprints?.addPart(place, found);
    above.setTree(recorded, directory.name, tree);
  };
  above.closeAfter(join());
  cursor.ascend();
  above.keep(directory.name);
  return true;
}
