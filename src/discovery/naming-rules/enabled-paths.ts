import type { ParsedPatterns, PathPattern, PatternErrorCode } from './path-pattern.js';
import type { LineProblem } from './pattern-line.js';

const MAX_DEPTH = 3;
/** The largest number that is read as a depth at all: it has 32 bits. */
const MAX_NUMBER = 0xffff_ffff;

/** A glob that matches the path and nothing else. */
function literalGlob(path: string): string {
  return path.replaceAll(/[*?[\\]/g, '\\$&');
}

/**
 * Reads lines `<depth> <path>`: the path, taken literally, and the directories below it down to
 * the depth, are repos that are entered. `1 foo` stands for the patterns `superrepo foo` and
 * `superrepo foo/*`.
 */
export function parseEnabledPaths(lines: readonly string[]): ParsedPatterns {
  const patterns: PathPattern[] = [];
  const problems: LineProblem<PatternErrorCode>[] = [];
  for (const [index, line] of lines.entries()) {
    const parts = /^(\d+) (.*)$/s.exec(line);
    const depth = Number(parts?.[1]);
    const about = JSON.stringify(line);
    if (parts === null || depth > MAX_NUMBER) {
      problems.push({ code: 'MalformedDepthPath', index, message: `${about} is not a depth and a path, such as "2 data"` });
    } else if (depth > MAX_DEPTH) {
      problems.push({ code: 'TooDeep', index, message: `${about}: depth ${depth} is not from 0 to ${MAX_DEPTH}` });
    } else {
      const path = literalGlob(parts[2] ?? '');
      for (let level = 0; level <= depth; level++) patterns.push({ action: 'superrepo', glob: path + '/*'.repeat(level) });
    }
  }
  return { patterns, problems };
}
