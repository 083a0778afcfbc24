import type { ByteString } from '../../util/byte-string.js';
import { CharacterClass } from '../../util/text/character-class.js';
import type { CharacterRange } from '../../util/text/character-class.js';

/** A bracket expression of a pattern. */
export interface BracketExpression {
  readonly characters: CharacterClass;
  /** Index behind the closing bracket. */
  readonly end: number;
}

const code = (char: string): number => char.charCodeAt(0);
const DIGIT: CharacterRange = [code('0'), code('9')];
const LOWER: CharacterRange = [code('a'), code('z')];
const UPPER: CharacterRange = [code('A'), code('Z')];
const SPACE: CharacterRange = [code(' '), code(' ')];
const TAB: CharacterRange = [code('\t'), code('\t')];
const PUNCTUATION: readonly CharacterRange[] = [
  [code('!'), code('/')], [code(':'), code('@')], [code('['), code('`')], [code('{'), code('~')],
];

/** What Git takes named classes for: ASCII only, whatever the locale; vertical tab and form feed are no space. */
const NAMED_CLASSES: ReadonlyMap<string, readonly CharacterRange[]> = new Map([
  ['alnum', [DIGIT, LOWER, UPPER]],
  ['alpha', [LOWER, UPPER]],
  ['blank', [SPACE, TAB]],
  ['cntrl', [[0, 0x1f], [0x7f, 0x7f]]],
  ['digit', [DIGIT]],
  ['graph', [[code('!'), code('~')]]],
  ['lower', [LOWER]],
  ['print', [[code(' '), code('~')]]],
  ['punct', PUNCTUATION],
  ['space', [SPACE, TAB, [code('\n'), code('\n')], [code('\r'), code('\r')]]],
  ['upper', [UPPER]],
  ['xdigit', [DIGIT, [code('a'), code('f')], [code('A'), code('F')]]],
]);

/**
 * Reads a bracket expression as Git's wildmatch does; `start` is the index behind `[`. Returns
 * null if the expression is open or names an unknown class, so that the pattern matches nothing.
 */
export function readBracketExpression(pattern: ByteString, start: number): BracketExpression | null {
  const negated = pattern[start] === '!' || pattern[start] === '^';
  const ranges: CharacterRange[] = [];
  /** The code that a following `-` makes the start of a range; null where there is none. */
  let previous: number | null = null;
  let at = negated ? start + 1 : start;
  /** The first closing bracket from `at` on; looked for once, so that the time stays linear. */
  let bracket = -1;
  // A bracket that comes first does not close the expression.
  do {
    const char = pattern[at];
    const mayName = char === '[' && pattern[at + 1] === ':';
    if (mayName && bracket < at + 2) {
      bracket = pattern.indexOf(']', at + 2);
      if (bracket < 0) return null;
    }
    // The first bracket ends the name, if there is a colon before it; else `[` is an ordinary character.
    if (mayName && bracket > at + 2 && pattern[bracket - 1] === ':') {
      const named = NAMED_CLASSES.get(pattern.slice(at + 2, bracket - 1));
      if (named === undefined) return null;
      ranges.push(...named);
      previous = null;
      at = bracket + 1;
    } else if (char === '-' && previous !== null && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      const last = pattern[at + 1] === '\\' ? at + 2 : at + 1;
      if (last >= pattern.length) return null;
      ranges.push([previous, pattern.charCodeAt(last)]);
      previous = null;
      at = last + 1;
    } else {
      const literal = char === '\\' ? at + 1 : at;
      if (literal >= pattern.length) return null;
      previous = pattern.charCodeAt(literal);
      ranges.push([previous, previous]);
      at = literal + 1;
    }
    if (at >= pattern.length) return null;
  } while (pattern[at] !== ']');
  return { characters: new CharacterClass(ranges, negated, false), end: at + 1 };
}
