import { parseEnabledPaths } from './enabled-paths.js';
import type { Decision, NamingRule } from './naming-rule.js';
import { ENTER, IGNORE, isHidden, knownOrIgnore, NamingRuleError, repo } from './naming-rule.js';
import type { PathMatch } from './path-match.js';
import { compilePathMatch } from './path-match.js';
import type { PathPattern, PatternAction } from './path-pattern.js';
import { parsePathPatterns } from './path-pattern.js';

interface CompiledPattern {
  readonly action: PatternAction;
  readonly match: PathMatch;
}

/**
 * Naming rule `PathPatterns` (NOE-18, Discovering nested repos): the first pattern that matches
 * decides; where none matches, a directory is ignored.
 */
export class PathPatterns implements NamingRule {
  readonly rule = 'PathPatterns';
  private readonly patterns: readonly CompiledPattern[];

  /**
   * @param settings the lines of `patterns`, and of `enabledPaths`, which come first
   * @throws NamingRuleError for the first line that cannot be read; a malformed glob matches nothing
   */
  constructor(settings: { readonly patterns: readonly string[]; readonly enabledPaths: readonly string[] }) {
    const enabled = parseEnabledPaths(settings.enabledPaths);
    const own = parsePathPatterns(settings.patterns);
    const problem = [...enabled.problems, ...own.problems].find(({ code }) => code !== 'MalformedGlob');
    if (problem !== undefined) throw new NamingRuleError(problem.code, problem.message);
    const first = own.patterns[0];
    const root: readonly PathPattern[] = first === undefined || first.glob === '.' ? [] : [{ action: 'enter', glob: '.' }];
    this.patterns = [...enabled.patterns, ...root, ...own.patterns].map(({ action, glob }) => {
      return { action, match: compilePathMatch(glob) };
    });
  }

  decide(path: string, _depth: number, isKnown: () => boolean): Decision {
    if (isHidden(path)) return IGNORE;
    switch (this.patterns.find(({ match }) => match.matches(path))?.action) {
      case 'enter':
        return ENTER;
      case 'repo':
        return repo(isKnown, false);
      case 'superrepo':
        return repo(isKnown, true);
      case 'ignore':
        return knownOrIgnore(isKnown);
      default:
        return IGNORE;
    }
  }
}
