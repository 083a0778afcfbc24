import { compileIgnoreGlobs } from './ignore-globs.js';
import type { Decision, NamingRule } from './naming-rule.js';
import { ENTER, IGNORE, knownOrIgnore, repo } from './naming-rule.js';

const YEAR = /^201[3-9]$/;
const SHORT_NAME = '[a-zA-Z][a-zA-Z0-9-]*';
const MONTH = '(?:0[1-9]|1[0-2])';
const TIMELESS_REPO = new RegExp(`^${SHORT_NAME}$`);

/** Paths `<year>/<name>` of repos: the place of the month in the name changed over the years. */
const YEARLY_REPOS = [
  new RegExp(`^2013/2013(?:-${MONTH})?_${SHORT_NAME}$`),
  new RegExp(`^201[45]/(?:${MONTH}_)?${SHORT_NAME}$`),
  new RegExp(`^201[6-9]/${SHORT_NAME}(?:_${MONTH})?$`),
];

/** Levels below the directory of all projects. */
const PROJECTS = 0;
const PROJECT = 1;
const BELOW_PROJECT = 2;
const BELOW_YEAR = 3;

/**
 * Naming rule `Stdtools2017`: projects are repos, and so are directories below a project or below
 * one of its years that are named by the conventions of 2013 to 2019.
 */
export class Stdtools2017 implements NamingRule {
  readonly rule = 'Stdtools2017';
  private readonly ignoring: (path: string) => string | undefined;
  /** Null if the root is not at or below the directory of all projects. */
  private readonly rootLevel: number | null;

  /**
   * @param settings absolute paths, as text, of the root and of the directory that has the projects
   *   as subdirectories; and globs for paths, relative to the root, that are passed over
   */
  constructor({ root, projectsRoot, ignore }: Readonly<Record<'root' | 'projectsRoot', string>> & { readonly ignore: readonly string[] }) {
    this.ignoring = compileIgnoreGlobs(ignore);
    this.rootLevel = levelBelow(root, projectsRoot);
  }

  decide(path: string, depth: number, isKnown: () => boolean): Decision {
    if (this.rootLevel === null || this.ignoring(path) !== undefined) return IGNORE;
    const level = this.rootLevel + depth;
    if (level === PROJECTS) return ENTER;
    if (level === PROJECT) return repo(isKnown, true);
    if (level > BELOW_YEAR) return IGNORE;
    // A root that is itself below a project has no name to judge by.
    if (depth === 0) return knownOrIgnore(isKnown);
    const names = path.split('/').slice(level === BELOW_YEAR ? -2 : -1).join('/');
    if (level === BELOW_PROJECT && YEAR.test(names)) return ENTER;
    const isRepo = level === BELOW_PROJECT ? TIMELESS_REPO.test(names) : YEARLY_REPOS.some((pattern) => pattern.test(names));
    return isRepo ? repo(isKnown, false) : knownOrIgnore(isKnown);
  }

  reason(path: string, depth: number): string {
    if (this.rootLevel === null) return 'the root is not below projectsRoot';
    const glob = this.ignoring(path);
    return glob === undefined ? `its name, ${this.rootLevel + depth} levels below projectsRoot` : `ignore: ${glob}`;
  }
}

function levelBelow(path: string, ancestor: string): number | null {
  const names = path.split('/').filter((name) => name !== '');
  const above = ancestor.split('/').filter((name) => name !== '');
  return above.every((name, index) => names[index] === name) ? names.length - above.length : null;
}
