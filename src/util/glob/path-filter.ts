import ignore from 'ignore';
import micromatch from 'micromatch';
import { UsageError } from '../errors.js';
import { whyTooCostly } from './glob-cost.js';

/** Which paths a user wants to see. */
export interface PathFilterOptions {
  /** Globs of micromatch: one must match the whole path. `!glob` takes paths away, wherever it stands in the list. */
  readonly include?: readonly string[];
  /** Rules in the syntax of `.gitignore`, relative to the toplevel; a rule may re-include with `!`. */
  readonly exclude?: readonly string[];
}

/** So much of a glob is shown, in characters. */
const SHOWN = 100;

/** `ignore` keeps a result for each path it was ever asked for; a new instance forgets them. */
const QUESTIONS_PER_INSTANCE = 20_000;

/**
 * Compiles what a user typed to a test for paths. Paths are text, relative to the toplevel, with a
 * trailing slash for directories. Names with a leading dot are ordinary. What is excluded is not selected even
 * if it is included; without `include`, everything else is selected. Throws a UsageError for a
 * glob that cannot be used, or would take too long to compare with names that somebody has chosen for that.
 */
export function makePathFilter(options: PathFilterOptions): (path: string) => boolean {
  const isIncluded = includeTest(options.include ?? []);
  const isExcluded = excludeTest(options.exclude ?? []);
  return (path) => isIncluded(path) && !isExcluded(path);
}

function includeTest(globs: readonly string[]): (path: string) => boolean {
  const isNegated = (glob: string) => glob.startsWith('!') && !glob.startsWith('!(');
  const wanted = globs.filter((glob) => !isNegated(glob)).map(compileGlob);
  const unwanted = globs.filter(isNegated).map((glob) => compileGlob(glob.slice(1)));
  return (path) => {
    const name = path.endsWith('/') ? path.slice(0, -1) : path;
    if (wanted.length > 0 && !wanted.some((matches) => matches(name))) return false;
    return !unwanted.some((matches) => matches(name));
  };
}

function requireCheap(glob: string): void {
  const reason = whyTooCostly(glob);
  if (reason === null) return;
  throw new UsageError(`the glob ${JSON.stringify(glob.slice(0, SHOWN))} cannot be used: ${reason}`, {
    remedy: 'use several globs with fewer wildcards: there may be three stars between two slashes, and two parts **',
  });
}

function compileGlob(glob: string): (path: string) => boolean {
  requireCheap(glob);
  try {
    return micromatch.matcher(glob, { dot: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the glob ${JSON.stringify(glob)} cannot be used: ${reason}`, { cause: error });
  }
}

function excludeTest(rules: readonly string[]): (path: string) => boolean {
  if (rules.length === 0) return () => false;
  for (const rule of rules) requireCheap(rule);
  const compile = () => ignore({ ignorecase: false }).add(rules);
  let matcher = compile();
  let questions = 0;
  return (path) => {
    // The toplevel itself, `.`, and what is outside cannot be excluded.
    if (!ignore.isPathValid(path)) return false;
    if (++questions % QUESTIONS_PER_INSTANCE === 0) matcher = compile();
    return matcher.ignores(path);
  };
}
