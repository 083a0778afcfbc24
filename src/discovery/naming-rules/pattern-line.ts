import { allowedWords } from '../../util/text/nearest-word.js';
import { compilePathMatch } from './path-match.js';

/** One mistake in a list of lines, such as patterns. */
export interface LineProblem<Code extends string> {
  readonly code: Code;
  /** Index in the list. */
  readonly index: number;
  /** What is wrong, and what is allowed. */
  readonly message: string;
}

/** A word, and a glob of Go's `path.Match`. */
interface PatternLine<Word extends string> {
  readonly word: Word;
  readonly glob: string;
}

/** Lines of a list, and what is wrong with the others. */
export interface ParsedLines<Word extends string> {
  readonly lines: readonly PatternLine<Word>[];
  readonly problems: readonly LineProblem<'MalformedLine' | 'UnknownWord' | 'MalformedGlob'>[];
}

/**
 * Reads lines `<word> <glob>`; what follows the first space is the glob, with all further spaces.
 * A malformed glob is a problem, although its line is among the results: it matches nothing.
 *
 * @param what names the words in messages: `action`
 */
export function parsePatternLines<Word extends string>(
  texts: readonly string[],
  what: string,
  words: readonly Word[],
): ParsedLines<Word> {
  const lines: PatternLine<Word>[] = [];
  const problems: LineProblem<'MalformedLine' | 'UnknownWord' | 'MalformedGlob'>[] = [];
  for (const [index, text] of texts.entries()) {
    const about = JSON.stringify(text);
    const space = text.indexOf(' ');
    const glob = text.slice(space + 1);
    const word = words.find((known) => known === text.slice(0, space));
    if (space < 0) {
      problems.push({
        code: 'MalformedLine',
        index,
        message: `${about} is not of the form <${what}> <glob>, such as "${words[0]} data/*"`,
      });
    } else if (word === undefined) {
      const unknown = text.slice(0, space);
      const message = `${about}: unknown ${what} ${JSON.stringify(unknown)}; ${allowedWords(unknown, words)}`;
      problems.push({ code: 'UnknownWord', index, message });
    } else {
      lines.push({ word, glob });
      if (compilePathMatch(glob).malformed) {
        problems.push({ code: 'MalformedGlob', index, message: `${about}: malformed glob ${JSON.stringify(glob)}` });
      }
    }
  }
  return { lines, problems };
}
