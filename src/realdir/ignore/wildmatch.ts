import type { ByteString } from '../../util/byte-string.js';
import { byteWidth } from '../../util/text/character-width.js';
import { GlobBuilder } from '../../util/glob/glob.js';
import type { Glob } from '../../util/glob/glob.js';
import { readBracketExpression } from './bracket-expression.js';

const STARS = /\*+/y;

/**
 * Compiles a pattern of Git's wildmatch, as it compares paths (gitignore(5), PATTERN FORMAT). A
 * character is a byte. `**` crosses directories where it is a whole component; elsewhere it is `*`.
 * Returns null for a pattern that matches nothing: an open class, an unknown named class, a lone
 * backslash at the end.
 */
export function compileWildmatch(pattern: ByteString): Glob | null {
  const builder = new GlobBuilder();
  let at = 0;
  while (at < pattern.length) {
    switch (pattern[at]) {
      case '*':
        at = addStars(builder, pattern, at);
        break;
      case '?':
        builder.character();
        at++;
        break;
      case '[': {
        const expression = readBracketExpression(pattern, at + 1);
        if (expression === null) return null;
        builder.characterOf(expression.characters);
        at = expression.end;
        break;
      }
      case '\\':
        if (++at === pattern.length) return null;
        builder.literal(pattern.charCodeAt(at++));
        break;
      default:
        builder.literal(pattern.charCodeAt(at++));
    }
  }
  return builder.build(byteWidth);
}

/** Adds the stars that start at `start`; returns where the pattern goes on. */
function addStars(builder: GlobBuilder, pattern: ByteString, start: number): number {
  STARS.lastIndex = start;
  STARS.test(pattern);
  const end = STARS.lastIndex;
  const startsComponent = start === 0 || pattern[start - 1] === '/';
  if (end - start < 2 || !startsComponent) builder.name();
  else if (pattern[end] === '/') {
    builder.directories();
    return end + 1;
  } else if (end === pattern.length || pattern.startsWith('\\/', end)) builder.anything();
  else builder.name();
  return end;
}
