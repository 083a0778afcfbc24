import { compilePathMatch } from './path-match.js';

/** Compiles globs of Go's `path.Match`, to find the first one that matches a path; malformed ones match nothing. */
export function compileIgnoreGlobs(globs: readonly string[]): (path: string) => string | undefined {
  const compiled = globs.map((glob) => ({ glob, match: compilePathMatch(glob) }));
  return (path) => compiled.find(({ match }) => match.matches(path))?.glob;
}
