import type { ByteString } from '../../util/byte-string.js';
import { PathPattern } from './path-pattern.js';
import { RuleIndex } from './rule-index.js';

/** One rule of an ignore file. */
export interface IgnoreRule {
  readonly pattern: PathPattern;
  /** The text of the rule as Git reports it, without trailing white space that does not count. */
  readonly text: ByteString;
  /** Line number in the file, from 1. */
  readonly line: number;
}

const BYTE_ORDER_MARK: ByteString = '\xef\xbb\xbf';

/** The rules of a `.gitignore` file or of `info/exclude` (gitignore(5)). */
export class IgnoreRuleFile {
  private readonly rules: readonly IgnoreRule[];
  private readonly index: RuleIndex;

  /** @param name as shown in diagnostics: `dir/.gitignore` */
  constructor(readonly name: ByteString, content: Buffer) {
    this.rules = parseRules(content.toString('latin1'));
    this.index = new RuleIndex(this.rules.map((rule) => rule.pattern));
  }

  get isEmpty(): boolean {
    return this.rules.length === 0;
  }

  /** True if a rule could match so many directories below the one that contains the file. */
  mayMatchAt(depth: number): boolean {
    return this.index.comparesNames || depth <= this.index.maximumDepth;
  }

  /** True if at this depth or below, the path of an entry counts and not its name alone. */
  comparesPathsAt(depth: number): boolean {
    return depth <= this.index.maximumDepth;
  }

  /**
   * The last rule that matches an entry, whether it ignores or re-includes.
   * @param directory relative to the directory that contains the file, with a trailing slash unless
   *   empty; need not be right where `comparesPathsAt` is false
   * @param depth the number of components of `directory`
   */
  lastMatch(directory: ByteString, depth: number, name: ByteString, isDirectory: boolean): IgnoreRule | null {
    const position = this.index.lastMatch(directory, depth, name, isDirectory);
    return this.rules[position] ?? null;
  }
}

function parseRules(content: ByteString): IgnoreRule[] {
  const rules: IgnoreRule[] = [];
  let start = content.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (let line = 1; start < content.length; line++) {
    const newline = content.indexOf('\n', start);
    const end = newline < 0 ? content.length : newline;
    const text = ruleText(content.slice(start, end));
    if (text !== '') rules.push({ pattern: new PathPattern(text), text, line });
    start = end + 1;
  }
  return rules;
}

/** What counts of a line: nothing of a comment, no trailing spaces unless escaped, nothing from a NUL on. */
function ruleText(line: ByteString): ByteString {
  if (line.startsWith('#')) return '';
  const withoutReturn = line.endsWith('\r') ? line.slice(0, -1) : line;
  const nul = withoutReturn.indexOf('\0');
  const text = nul < 0 ? withoutReturn : withoutReturn.slice(0, nul);
  if (!text.endsWith(' ')) return text;
  let end = text.length;
  while (end > 0 && text[end - 1] === ' ') end--;
  let backslashes = 0;
  while (backslashes < end && text[end - 1 - backslashes] === '\\') backslashes++;
  // An odd number of backslashes escapes the first of the spaces.
  return text.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}
