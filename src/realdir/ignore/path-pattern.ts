import type { ByteString } from '../../util/byte-string.js';
import type { Glob } from '../../util/glob/glob.js';
import { spendSteps } from '../../util/glob/match-steps.js';
import { compileWildmatch } from './wildmatch.js';

/**
 * How a pattern is compared: `name` and `suffix` with the last component, as text; `nameGlob` with
 * the last component; `path` and `pathGlob` with the path relative to the directory of the file.
 */
export type PathPatternKind = 'name' | 'suffix' | 'nameGlob' | 'path' | 'pathGlob';

/** Compiling a short pattern takes as long as so many steps of matching. */
const COMPILE_STEPS = 256;

const WILDCARD = /[*?[\\]/;

/**
 * A pattern of `.gitignore` and `.gitattributes` (gitignore(5), PATTERN FORMAT), without what only
 * one of the two files knows. All text is bytes; patterns cannot contain NUL.
 */
export class PathPattern {
  readonly negated: boolean;
  /** The pattern ends with a slash: it applies to directories only. */
  readonly directoryOnly: boolean;
  readonly kind: PathPatternKind;
  /** The whole name or path, or the suffix; for `pathGlob` the literal beginning; for `nameGlob` ''. */
  readonly literal: ByteString;
  /** The number of slashes in all paths that `path` or `pathGlob` matches; null if it is not fixed. */
  readonly depth: number | null;
  /** The wildcard part of `nameGlob` and `pathGlob`. */
  private readonly wildcards: ByteString = '';
  /** Compiled when it is first needed; null if it matches nothing. */
  private glob: Glob | null | undefined;

  constructor(text: ByteString) {
    this.negated = text.startsWith('!');
    let pattern = this.negated ? text.slice(1) : text;
    this.directoryOnly = pattern.endsWith('/');
    if (this.directoryOnly) pattern = pattern.slice(0, -1);
    const isAnchored = pattern.includes('/');
    if (pattern.startsWith('/')) pattern = pattern.slice(1);
    // A class may contain a slash that does not count; a part `**` may cross directories.
    this.depth = /\*\*|\[/.test(pattern) ? null : countSlashes(pattern);
    const wildcardsFrom = pattern.search(WILDCARD);
    if (wildcardsFrom < 0) {
      this.kind = isAnchored ? 'path' : 'name';
      this.literal = pattern;
    } else if (isAnchored) {
      // Git compares the literal beginning first and compiles the rest: `a**/b` goes on with `**/b`.
      this.kind = 'pathGlob';
      this.literal = pattern.slice(0, wildcardsFrom);
      this.wildcards = pattern.slice(wildcardsFrom);
    } else if (pattern.startsWith('*') && !WILDCARD.test(pattern.slice(1))) {
      this.kind = 'suffix';
      this.literal = pattern.slice(1);
    } else {
      this.kind = 'nameGlob';
      this.literal = '';
      this.wildcards = pattern;
    }
  }

  /** False only if no path in this directory can match; the directory has a trailing slash unless empty. */
  mayMatchIn(directory: ByteString): boolean {
    return this.kind !== 'pathGlob' || directory.startsWith(this.literal) || this.literal.startsWith(directory);
  }

  /**
   * True if the pattern matches; directories and negation are the caller's.
   * @param path relative to the directory of the file that contains the pattern
   * @param name the last component of `path`
   */
  matches(path: ByteString, name: ByteString): boolean {
    switch (this.kind) {
      case 'name': return name === this.literal;
      case 'suffix': return name.endsWith(this.literal);
      case 'nameGlob': return this.matchesGlob(name, 0);
      case 'path': return path === this.literal;
      case 'pathGlob': return path.startsWith(this.literal) && this.matchesGlob(path, this.literal.length);
    }
  }

  private matchesGlob(text: ByteString, from: number): boolean {
    if (this.glob === undefined) {
      this.glob = compileWildmatch(this.wildcards);
      spendSteps(COMPILE_STEPS + this.wildcards.length);
    }
    return this.glob !== null && this.glob.matches(text, from);
  }
}

function countSlashes(text: ByteString): number {
  let count = 0;
  for (let at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) count++;
  return count;
}
