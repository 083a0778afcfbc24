import type { Oid } from '../../../git/objects/object-id.js';
import { CHUNK } from '../../../realdir/ahead/read-ahead.js';
import type { IgnoreScope } from '../../../realdir/ignore/ignore-rules.js';
import type { EntryStat } from '../../../realdir/stat/lstat.js';
import { readSymlink } from '../../../realdir/read/read-symlink.js';
import { isReserved, isReservedPath } from '../../../record/reserved-names.js';
import type { ByteString } from '../../../util/byte-string.js';
import type { ObservationContext } from '../context.js';
import { DirectoryFacts, FACTS_MAX } from './directory-facts.js';
import { throwIfFatal } from '../reading-failure.js';

/** The status of an entry; of a symbolic link its target, too. */
export type CheckedEntry = EntryStat & { readonly target?: ByteString };

/** What one look at all entries of a directory says. What is recorded must come from it, and not from a second look. */
export interface FingerprintCheck {
  /** By the index of the name; undefined for an entry that was passed over. */
  readonly stats: readonly (CheckedEntry | undefined)[];
  readonly hasDirectories: boolean;
  /** True if everything is as recorded, but perhaps what is in subdirectories. */
  readonly isKnown: boolean;
  /** Remembers for other runs that this is recorded as that tree. */
  remember(tree: Oid): void;
}

/** True for an entry of which nothing is recorded, whatever it is, unless it has been recorded before. */
export function isPassedOver(scope: IgnoreScope, name: ByteString): boolean {
  return isReserved(name) || (scope.mayIgnore && scope.ignores(name, false) && scope.ignores(name, true));
}

/**
 * Looks at all entries of a directory at once. Null where only comparing them one by one can tell
 * whether something has changed.
 * @param countsAll entries that are passed over are needed, too
 */
export function checkFingerprint(
  { cursor, fingerprints, selection }: Pick<ObservationContext<unknown>, 'cursor' | 'fingerprints' | 'selection'>,
  path: ByteString,
  names: readonly ByteString[],
  recorded: Oid | null,
  scope: IgnoreScope | null,
  countsAll: boolean,
): FingerprintCheck | null {
  const { isSlow } = cursor;
  // The record of the toplevel directory depends on all of the realdir. Where calls are slow, others wait for them.
  if (fingerprints === null || scope === null || path === '' || names.length > (isSlow ? CHUNK : FACTS_MAX)) return null;
  if (isReservedPath(path) || selection.isBelow(path)) return null;
  const facts = new DirectoryFacts();
  const stats: (CheckedEntry | undefined)[] = [];
  let hasDirectories = false;
  try {
    for (const name of names) {
      if (scope.tookLong() || cursor.isSlow !== isSlow) return null;
      const passedOver = isPassedOver(scope, name);
      const stat = passedOver && !countsAll ? undefined : cursor.lstat(name);
      if (stat === null) return null;
      if (stat?.kind === 'directory') hasDirectories = true;
      let fits: boolean;
      if (passedOver || stat === undefined) {
        stats.push(stat);
        fits = facts.passOver();
      } else if (stat.kind === 'symlink') {
        const target = readSymlink(cursor.reach(name));
        if (target === null) return null;
        stats.push({ ...stat, target });
        fits = facts.addLink(target);
      } else {
        stats.push(stat);
        fits = facts.add(stat);
      }
      if (!fits) return null;
    }
  } catch (error) {
    throwIfFatal(error);
    // Whoever looks at the entry alone will tell what is wrong.
    return null;
  }
  if (scope.isSpent) return null;
  const digest = facts.digest(names, `${path}\0${scope.identity}`);
  if (digest === null) return null;
  const place = fingerprints.place();
  return {
    stats,
    hasDirectories,
    isKnown: recorded !== null && fingerprints.has(place, recorded, digest),
    remember: (tree) => fingerprints.add(place, tree, digest),
  };
}
