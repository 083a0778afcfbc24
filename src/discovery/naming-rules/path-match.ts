import { CharacterClass } from '../../util/text/character-class.js';
import type { CharacterRange } from '../../util/text/character-class.js';
import { codePointWidth } from '../../util/text/character-width.js';
import { GlobBuilder } from '../../util/glob/glob.js';
import type { Glob } from '../../util/glob/glob.js';

/** A compiled pattern of `compilePathMatch`. */
export interface PathMatch {
  /** The pattern breaks the rules of the language: an open class, for example. */
  readonly malformed: boolean;
  /** True if the pattern matches the whole name. */
  matches(name: string): boolean;
}

const MALFORMED: PathMatch = { malformed: true, matches: () => false };

/**
 * Compiles a glob of Go's `path.Match` (Go 1.16 and later). `*` is any number of characters and
 * `?` one character except a slash, `[a-c]` and `[^a-c]` are one character of a class, which may
 * be a slash, and `\` makes the next character literal. Characters are Unicode code points. A
 * malformed pattern never matches; it is the caller's choice to reject it.
 */
export function compilePathMatch(pattern: string): PathMatch {
  const glob = new PatternReader(pattern).read();
  if (glob === null) return MALFORMED;
  return { malformed: false, matches: (name) => glob.matches(name) };
}

class PatternReader {
  private readonly builder = new GlobBuilder();
  private at = 0;

  constructor(private readonly pattern: string) {}

  /** The glob, or null if the pattern is malformed. */
  read(): Glob | null {
    const { pattern, builder } = this;
    while (this.at < pattern.length) {
      const char = pattern[this.at++];
      if (char === '*') builder.name();
      else if (char === '?') builder.character();
      else if (char === '[') {
        const characters = this.readClass();
        if (characters === null) return null;
        builder.characterOf(characters);
      } else {
        if (char === '\\' && this.at++ >= pattern.length) return null;
        builder.literal(pattern.charCodeAt(this.at - 1));
      }
    }
    return builder.build(codePointWidth);
  }

  /** Reads behind `[` up to and including `]`. */
  private readClass(): CharacterClass | null {
    const negated = this.skip('^');
    const ranges: CharacterRange[] = [];
    do {
      const first = this.readBound();
      const last = this.skip('-') ? this.readBound() : first;
      if (first === null || last === null) return null;
      ranges.push([first, last]);
    } while (!this.skip(']'));
    return new CharacterClass(ranges, negated, true);
  }

  /** One code point of a class; null where the class breaks off, or has an unescaped `-` or `]`. */
  private readBound(): number | null {
    if (this.pattern[this.at] === '-' || this.pattern[this.at] === ']') return null;
    this.skip('\\');
    const code = this.pattern.codePointAt(this.at);
    if (code === undefined) return null;
    this.at += codePointWidth(this.pattern, this.at);
    return code;
  }

  private skip(char: string): boolean {
    if (this.pattern[this.at] !== char) return false;
    this.at++;
    return true;
  }
}
