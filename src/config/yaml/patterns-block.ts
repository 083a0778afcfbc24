/** One pattern of the configuration. */
export interface PatternText {
  /** Two words with one space between them, `<word> <rest>`, if there are two. */
  readonly text: string;
  /** Where it stands: index of the line in the block, or of the item in the list. */
  readonly index: number;
}

/**
 * Drops white space around a line and between its first word and the rest. A space at the end stays if
 * it is escaped with a backslash; one at the start of the rest needs a backslash as well.
 */
function tidy(line: string): string {
  const [, word = '', rest = ''] = /^[ \t\r\n]*([^ \t\r\n]*)[ \t\r\n]*(.*)$/s.exec(line) ?? [];
  const trimmed = rest.slice(0, lengthWithoutBlanks(rest));
  const isEscaped = rest[trimmed.length] === ' ' && /(^|[^\\])(\\\\)*\\$/.test(trimmed);
  return trimmed === '' ? word : `${word} ${trimmed}${isEscaped ? ' ' : ''}`;
}

/** Up to the last character that is not white space. `/ +$/` would look at each run of blanks again and again. */
function lengthWithoutBlanks(text: string): number {
  let length = text.length;
  while (' \t\r\n'.includes(text[length - 1] ?? 'x')) length -= 1;
  return length;
}

/**
 * The patterns of a block of text with one a line, as in NOE-18, where blank lines and lines that
 * start with `#` are skipped; or of a list of strings. Extra white space does not count.
 */
export function patternTexts(value: string | readonly string[]): PatternText[] {
  if (typeof value !== 'string') return value.map((item, index) => ({ text: tidy(item), index }));
  const lines = value.split('\n').map((line, index) => ({ text: tidy(line), index }));
  return lines.filter(({ text }) => text !== '' && !text.startsWith('#'));
}
