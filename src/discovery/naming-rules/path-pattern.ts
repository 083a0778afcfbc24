import type { LineProblem } from './pattern-line.js';
import { parsePatternLines } from './pattern-line.js';

const ACTIONS = ['enter', 'repo', 'superrepo', 'ignore'] as const;

export type PatternAction = (typeof ACTIONS)[number];

/** What the directories are that a glob of Go's `path.Match` matches. */
export interface PathPattern {
  readonly action: PatternAction;
  readonly glob: string;
}

export type PatternErrorCode = 'MalformedPattern' | 'InvalidAction' | 'MalformedGlob' | 'MalformedDepthPath' | 'TooDeep';

/** Patterns, and what is wrong with the lines that are none. */
export interface ParsedPatterns {
  readonly patterns: readonly PathPattern[];
  readonly problems: readonly LineProblem<PatternErrorCode>[];
}

const CODES = { MalformedLine: 'MalformedPattern', UnknownWord: 'InvalidAction', MalformedGlob: 'MalformedGlob' } as const;

/**
 * Reads the lines of `patterns`, `<action> <glob>`. A malformed glob is a problem, although it is among
 * the patterns as well, where it matches nothing.
 */
export function parsePathPatterns(texts: readonly string[]): ParsedPatterns {
  const { lines, problems } = parsePatternLines(texts, 'action', ACTIONS);
  return {
    patterns: lines.map(({ word, glob }) => ({ action: word, glob })),
    problems: problems.map((problem) => ({ ...problem, code: CODES[problem.code] })),
  };
}
