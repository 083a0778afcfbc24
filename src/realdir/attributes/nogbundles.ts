import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { AttributeRules } from './attributes.js';
import { DirectoryCursor } from '../walk/directory-cursor.js';
import type { NogbundlePatterns } from './nogbundle-patterns.js';
import { BY_HAND } from '../reach/reach.js';
import { entryNames } from '../walk/entry-names.js';
import { ToplevelLostError } from '../walk/toplevel-lost.js';

/** The nogbundles of a realdir. Paths are relative to it; both sets are in the order of bytes. */
export interface Nogbundles {
  /** Directories that are candidates and have the attribute. */
  readonly selected: ReadonlySet<ByteString>;
  /** Those without another one below: a Git tree cannot contain both. */
  readonly recorded: ReadonlySet<ByteString>;
}

const GONE = ['ENOENT', 'ENOTDIR'];

/** Directories of these names are never nogbundles: a branch has files of its own under them. */
export const NEVER_NOGBUNDLES: ReadonlySet<ByteString> = new Set(['.git', '.gitattributes', '.gitignore', '.nogbundles', '.nogtree']);

/**
 * Finds the directories to be recorded as nogbundles (NOE-18, Specifying nogbundles). A directory
 * is a candidate if a pattern matches its path and its parent is a candidate or the realdir
 * itself; only candidates are read, and only if something below can match. Some names
 * are never candidates (NEVER_NOGBUNDLES), symbolic links are not followed, directories that vanish meanwhile do not count.
 * @param onProblem is told about directories that cannot be read; path relative to the realdir
 * @throws ToplevelLostError if the realdir cannot be reached
 */
export function findNogbundles(
  realdir: ByteString,
  patterns: NogbundlePatterns,
  attributes: AttributeRules,
  onProblem: (path: ByteString, error: unknown) => void,
  bounds = BY_HAND,
): Nogbundles {
  const selected: ByteString[] = [];
  const cursor = patterns.canMatchBelow('', 0) ? DirectoryCursor.open(realdir, bounds) : null;
  try {
    if (cursor !== null) findSelected(cursor, patterns, attributes, onProblem, selected);
  } finally {
    cursor?.close();
  }
  selected.sort();
  return { selected: new Set(selected), recorded: innermost(selected) };
}

/** A directory that was read, and those of its subdirectories that are still to be. */
interface Level {
  readonly path: ByteString;
  readonly pending: ByteString[];
}

function findSelected(
  cursor: DirectoryCursor,
  patterns: NogbundlePatterns,
  attributes: AttributeRules,
  onProblem: (path: ByteString, error: unknown) => void,
  selected: ByteString[],
): void {
  const attempt = <T>(path: ByteString, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (error instanceof ToplevelLostError) throw error;
      if (!GONE.includes(errnoOf(error) ?? '')) onProblem(path, error);
      return null;
    }
  };
  const read = (path: ByteString, depth: number): Level => {
    const names = attempt(path, () => entryNames(cursor.reach('.')).directories) ?? [];
    const candidates = names.filter((name) => !NEVER_NOGBUNDLES.has(name) && patterns.matches(joinPath(path, name)));
    selected.push(...candidates.map((name) => joinPath(path, name)).filter((each) => isSet(attributes, each)));
    return { path, pending: candidates.filter((name) => patterns.canMatchBelow(joinPath(path, name), depth + 1)) };
  };
  const enter = (path: ByteString, name: ByteString): boolean | null =>
    attempt(path, () => {
      const stat = cursor.lstat(name);
      return stat?.kind === 'directory' && cursor.descend(name, stat);
    });

  const levels = [read('', 0)];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const name = level.pending.pop();
    if (name === undefined) {
      levels.pop();
      if (levels.length > 0) cursor.ascend();
    } else {
      const path = joinPath(level.path, name);
      if (enter(path, name) === true) levels.push(read(path, levels.length));
    }
  }
}

/** `nogbundle=set` counts as well, as it did before. */
function isSet(attributes: AttributeRules, path: ByteString): boolean {
  const value = attributes.valueOf('nogbundle', `${path}/`);
  return value === 'set' || (typeof value === 'object' && value.value === 'set');
}

function innermost(selected: readonly ByteString[]): Set<ByteString> {
  const outer = new Set<ByteString>();
  for (const path of selected) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) outer.add(path.slice(0, slash));
  }
  return new Set(selected.filter((path) => !outer.has(path)));
}
