import type { TreeEntry } from '../../git/trees/tree-codec.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { ByteString } from '../../util/byte-string.js';
import { isTree } from './diff/directory-edit.js';

/*
 * What becomes of an entry of the realdir, from what is known of it: no I/O, nothing is changed. What costs time to find out
 * is asked only where it decides.
 */

/** What is asked about the entry of a directory. */
export interface EntryQuestions {
  /** True if nothing may be recorded under a name that is not recorded yet. */
  ignores(name: ByteString, isDirectory: boolean): boolean;
  /** True if a `.nogtree` that is recorded below the name stays, whatever took the directory's place. */
  keepsNogtree(name: ByteString): boolean;
  /** True if a directory of that name is a nogbundle, or one is below it. */
  leadsToNogbundle(name: ByteString): boolean;
}

/**
 * True if an entry need not be looked at, whatever it is.
 * @param isReserved its name, or that of a directory above it, is never tracked
 * @param isCounted sums are made over all that is there
 */
export function isSkipped(
  name: ByteString,
  recorded: TreeEntry | undefined,
  isReserved: boolean,
  isCounted: boolean,
  ask: EntryQuestions,
): boolean {
  if (isCounted || (recorded !== undefined && !isReserved)) return false;
  return (isReserved || (ask.ignores(name, false) && ask.ignores(name, true))) && !ask.leadsToNogbundle(name);
}

/** What is no directory is recorded as a file or symbolic link, or not at all, for the reason that is named. */
export type LeafDecision = 'file' | 'symlink' | 'reserved' | 'replaces' | 'special' | 'ignored';

/** Decides about an entry that is no directory. */
export function classifyLeaf(
  kind: Exclude<EntryStat['kind'], 'directory'>,
  name: ByteString,
  recorded: TreeEntry | undefined,
  isReserved: boolean,
  ask: EntryQuestions,
): LeafDecision {
  if (isReserved) return 'reserved';
  if (ask.keepsNogtree(name)) return 'replaces';
  if (kind === 'other') return 'special';
  // Tracked stays tracked.
  if ((recorded === undefined || isTree(recorded)) && ask.ignores(name, false)) return 'ignored';
  return kind;
}

/** What is known of a directory before it is entered. */
export interface DirectoryFacts {
  readonly isReserved: boolean;
  /** A filesystem was mounted there, and none is now. */
  readonly isUnmounted: boolean;
  readonly isNogbundle: boolean;
  readonly isAboveNogbundle: boolean;
  readonly recorded: TreeEntry | undefined;
  isIgnored(): boolean;
}

/** Ignored directories are entered if something is recorded below them, or shall be: nothing else new is recorded there. */
export type DirectoryDecision = 'enter' | 'enterIgnored' | 'unmounted' | 'nogbundle' | 'reserved' | 'ignored';

/** Decides whether a directory is entered. */
export function classifyDirectory(facts: DirectoryFacts): DirectoryDecision {
  const { isReserved, isAboveNogbundle } = facts;
  if (facts.isUnmounted) return 'unmounted';
  if (facts.isNogbundle) return 'nogbundle';
  if (isReserved) return isAboveNogbundle ? 'enterIgnored' : 'reserved';
  if (!facts.isIgnored()) return 'enter';
  return facts.recorded !== undefined || isAboveNogbundle ? 'enterIgnored' : 'ignored';
}

/** What is known of a directory that was entered. */
export interface InsideFacts {
  readonly isIgnored: boolean;
  readonly isAboveNogbundle: boolean;
  readonly isRepo: boolean;
  /** It is deeper than Git's trees may be. */
  readonly isTooDeep: boolean;
  readonly recorded: TreeEntry | undefined;
  /** True if it is recorded as a nogbundle or submodule. */
  isRecordedWhole(): boolean;
}

/** A directory is recorded entry by entry, or by one record for all that is in it, or not at all, since it is ignored. */
export type InsideDecision = 'visit' | 'submodule' | 'tooDeep' | 'ignored';

/** Decides how a directory that was entered is recorded. */
export function classifyInside(facts: InsideFacts): InsideDecision {
  const { isIgnored, isAboveNogbundle, isRepo, isTooDeep, recorded } = facts;
  const isTracked = !isIgnored || (recorded !== undefined && isTree(recorded));
  if (isRepo && (isTracked || facts.isRecordedWhole())) return 'submodule';
  if (isTooDeep) return isTracked ? 'tooDeep' : 'ignored';
  return !isRepo && (isTracked || isAboveNogbundle) ? 'visit' : 'ignored';
}
