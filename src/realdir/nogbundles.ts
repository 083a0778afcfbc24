import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import type { AttributeRules } from './attributes.js';
import type { NogbundlePatterns } from './nogbundle-patterns.js';
import { subdirectoryNames } from './subdirectory-names.js';

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
 */
export function findNogbundles(
  realdir: ByteString,
  patterns: NogbundlePatterns,
  attributes: AttributeRules,
  onProblem: (path: ByteString, error: unknown) => void,
): Nogbundles {
  const selected: ByteString[] = [];
  const pending = patterns.canMatchBelow('', 0) ? [{ path: '', depth: 0 }] : [];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const depth = directory.depth + 1;
    for (const path of readCandidates(realdir, directory.path, patterns, onProblem)) {
      if (isSet(attributes, path)) selected.push(path);
      if (patterns.canMatchBelow(path, depth)) pending.push({ path, depth });
    }
  }
  selected.sort();
  return { selected: new Set(selected), recorded: innermost(selected) };
}

/** `nogbundle=set` counts as well, as it did before. */
function isSet(attributes: AttributeRules, path: ByteString): boolean {
  const value = attributes.valueOf('nogbundle', `${path}/`);
  return value === 'set' || (typeof value === 'object' && value.value === 'set');
}

function readCandidates(
  realdir: ByteString,
  directory: ByteString,
  patterns: NogbundlePatterns,
  onProblem: (path: ByteString, error: unknown) => void,
): ByteString[] {
  try {
    const names = subdirectoryNames(joinPath(realdir, directory)).filter((name) => !NEVER_NOGBUNDLES.has(name));
    return names.map((name) => joinPath(directory, name)).filter((path) => patterns.matches(path));
  } catch (error) {
    if (!GONE.includes(errnoOf(error) ?? '')) onProblem(directory, error);
    return [];
  }
}

function innermost(selected: readonly ByteString[]): Set<ByteString> {
  const outer = new Set<ByteString>();
  for (const path of selected) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) outer.add(path.slice(0, slash));
  }
  return new Set(selected.filter((path) => !outer.has(path)));
}
