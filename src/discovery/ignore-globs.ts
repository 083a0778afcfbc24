import { compilePathMatch } from './path-match.js';
import type { LineProblem } from './pattern-line.js';

/** Compiles globs of Go's `path.Match`; malformed ones match nothing. */
export function compileIgnoreGlobs(globs: readonly string[]): (path: string) => boolean {
  const matches = globs.map(compilePathMatch);
  return (path) => matches.some((match) => match.matches(path));
}

/** The malformed ones among globs. */
export function checkIgnoreGlobs(globs: readonly string[]): LineProblem<'MalformedGlob'>[] {
  return globs.flatMap((glob, index) => {
    if (!compilePathMatch(glob).malformed) return [];
    return [{ code: 'MalformedGlob' as const, index, message: `malformed glob ${JSON.stringify(glob)}` }];
  });
}
