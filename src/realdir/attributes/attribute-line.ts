import type { ByteString } from '../../util/byte-string.js';
import { PathPattern } from '../ignore/path-pattern.js';
import { unquoteC } from './unquote-c.js';

/** What a line says about one attribute; 'unspecified' takes back what an earlier line said. */
export type AttributeValue = 'set' | 'unset' | 'unspecified' | { readonly value: ByteString };

/** One attribute of a line. */
export interface Assignment {
  readonly attribute: string;
  readonly value: AttributeValue;
}

/** A line that applies to paths, or that defines a macro (gitattributes(5)). */
export type AttributeLine =
  | { readonly pattern: PathPattern; readonly assignments: readonly Assignment[] }
  | { readonly macro: string; readonly assignments: readonly Assignment[] };

/** Git drops lines of this length in bytes, and longer ones. */
const LENGTH_LIMIT = 2048;
const MACRO_PREFIX = '[attr]';
const WORDS = /[^ \t\r\n]+/g;
const LEADING_BLANKS = /^[ \t\r\n]+/;
const FIRST_WORD = /^[^ \t\r\n]*/;
const ATTRIBUTE_NAME = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;

/**
 * Parses a line of `.gitattributes`, given without newline and NUL. Returns null for blank lines, comments, and
 * what Git drops with a warning: lines that are too long, negated patterns, and lines with an invalid attribute name.
 */
export function parseAttributeLine(line: ByteString): AttributeLine | null {
  const content = line.replace(LEADING_BLANKS, '');
  if (content === '' || content.startsWith('#') || line.length >= LENGTH_LIMIT) return null;
  const { pattern, rest } = splitPattern(content);
  const assignments: Assignment[] = [];
  for (const word of rest.match(WORDS) ?? []) {
    const assignment = parseAssignment(word);
    if (assignment === null) return null;
    assignments.push(assignment);
  }
  if (pattern.startsWith(MACRO_PREFIX) && pattern.length > MACRO_PREFIX.length) {
    const macro = firstWord(untilNul(pattern).slice(MACRO_PREFIX.length).replace(LEADING_BLANKS, ''));
    return ATTRIBUTE_NAME.test(macro) ? { macro, assignments } : null;
  }
  const parsed = new PathPattern(untilNul(pattern));
  return parsed.negated ? null : { pattern: parsed, assignments };
}

/** Splits off the pattern, which ends at white space unless it is quoted. */
function splitPattern(content: ByteString): { pattern: ByteString; rest: ByteString } {
  const quoted = content.startsWith('"') ? unquoteC(content) : null;
  if (quoted !== null) return { pattern: quoted.text, rest: content.slice(quoted.end) };
  const pattern = firstWord(content);
  return { pattern, rest: content.slice(pattern.length) };
}

/** A quoted pattern can spell a NUL, which ends it. */
function untilNul(pattern: ByteString): ByteString {
  return pattern.split('\0', 1)[0]!;
}

function firstWord(text: ByteString): ByteString {
  return FIRST_WORD.exec(text)![0];
}

/** Parses `name`, `-name`, `!name` or `name=value`; null if the name is invalid. */
function parseAssignment(word: ByteString): Assignment | null {
  const equals = word.indexOf('=');
  const sign = word.startsWith('-') || word.startsWith('!') ? word[0] : '';
  const attribute = (equals < 0 ? word : word.slice(0, equals)).slice(sign ? 1 : 0);
  if (!ATTRIBUTE_NAME.test(attribute)) return null;
  if (sign === '-') return { attribute, value: 'unset' };
  if (sign === '!') return { attribute, value: 'unspecified' };
  return { attribute, value: equals < 0 ? 'set' : { value: word.slice(equals + 1) } };
}
