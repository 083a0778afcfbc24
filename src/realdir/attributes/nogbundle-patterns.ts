import type { ByteString } from '../../util/byte-string.js';
import { utf8Width } from '../../util/text/character-width.js';
import { GlobBuilder } from '../../util/glob/glob.js';
import type { Glob } from '../../util/glob/glob.js';

const WILDCARD = /\*\*|[*?]/;

/** One line of `.nogbundles`. */
interface NogbundlePattern {
  readonly glob: Glob;
  /** What comes before the first wildcard. */
  readonly literal: ByteString;
  /** Number of path components of every match; infinite with `**`. */
  readonly components: number;
}

/**
 * The patterns of a `.nogbundles` file (NOE-18, Specifying nogbundles). A pattern must match the
 * whole path, relative to the realdir: `*` is any number of characters and `?` one character (in
 * UTF-8) except a slash, `**` is any number of characters; all else is literal. Leading and
 * trailing slash mean nothing.
 */
export class NogbundlePatterns {
  private constructor(private readonly patterns: readonly NogbundlePattern[]) {}

  /** @param text content of the file; null if there is none */
  static parse(text: Buffer | null): NogbundlePatterns {
    const content = (text ?? Buffer.alloc(0)).toString('latin1');
    const lines = content.split('\n').map((line) => trimBlanks(line));
    return new NogbundlePatterns(lines.filter((line) => line !== '' && !line.startsWith('#')).map(compile));
  }

  /** True if no directory can match. */
  get isEmpty(): boolean {
    return this.patterns.length === 0;
  }

  /** True if a pattern matches the path of a directory, without leading and trailing slash. */
  matches(path: ByteString): boolean {
    return this.patterns.some(({ glob, literal }) => path.startsWith(literal) && glob.matches(path, literal.length));
  }

  /**
   * False only if no pattern can match a path below `path`. Both the realdir itself ('', depth 0)
   * and directories have a path.
   * @param depth number of components of `path`
   */
  canMatchBelow(path: ByteString, depth: number): boolean {
    const prefix = path === '' ? '' : `${path}/`;
    return this.patterns.some(({ literal, components }) => {
      return components > depth && (literal.startsWith(prefix) || prefix.startsWith(literal));
    });
  }
}

/**
 * Drops spaces and tabs. A carriage return is part of the pattern, as it is for the reference.
 * Not a regular expression: one takes quadratic time for a long run of spaces within the line.
 */
function trimBlanks(line: ByteString): ByteString {
  const isBlank = (at: number) => line[at] === ' ' || line[at] === '\t';
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return line.slice(start, end);
}

function compile(line: ByteString): NogbundlePattern {
  const pattern = line.replace(/^\//, '').replace(/\/$/, '');
  const literal = pattern.slice(0, wildcardFrom(pattern));
  return {
    glob: compileWildcards(pattern.slice(literal.length)),
    literal,
    components: pattern.includes('**') ? Number.POSITIVE_INFINITY : pattern.split('/').length,
  };
}

function wildcardFrom(pattern: ByteString): number {
  const at = pattern.search(WILDCARD);
  return at < 0 ? pattern.length : at;
}

function compileWildcards(pattern: ByteString): Glob {
  const builder = new GlobBuilder();
  for (let at = 0; at < pattern.length; at++) {
    if (pattern.startsWith('**', at)) {
      builder.anything();
      at++;
    } else if (pattern[at] === '*') builder.name();
    else if (pattern[at] === '?') builder.character();
    else builder.literal(pattern.charCodeAt(at));
  }
  return builder.build(utf8Width);
}
