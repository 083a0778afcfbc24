import { compilePathMatch } from './path-match.js';

/** Compiles globs of Go's `path.Match`; malformed ones match nothing. */
export function compileIgnoreGlobs(globs: readonly string[]): (path: string) => boolean {
  const matches = globs.map(compilePathMatch);
  return (path) => matches.some((match) => match.matches(path));
}
