import { parseEnabledPaths } from './enabled-paths.js';
import type { Decision, NamingRule } from './naming-rule.js';
import { ENTER, IGNORE, knownOrIgnore, NamingRuleError, repo } from './naming-rule.js';
import { HIDDEN, isHidden } from './hidden.js';
import type { PathMatch } from './path-match.js';
import { compilePathMatch } from './path-match.js';
import type { PathPattern, PatternAction } from './path-pattern.js';
import { parsePathPatterns } from './path-pattern.js';

interface CompiledPattern {
  readonly action: PatternAction;
  readonly match: PathMatch;
  /** The line of the configuration that it comes from. */
  readonly origin: string;
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
    this.patterns = [
      ...enabled.patterns.map((pattern) => compiled(pattern, 'enabledPaths')),
      ...root.map((pattern) => compiled(pattern, 'the root')),
      ...own.patterns.map((pattern, index) => compiled(pattern, `pattern ${index + 1}`)),
    ];
  }

  decide(path: string, _depth: number, isKnown: () => boolean): Decision {
    if (isHidden(path)) return IGNORE;
    switch (this.matching(path)?.action) {
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
  reason(path: string): string {
    return isHidden(path) ? HIDDEN : (this.matching(path)?.origin ?? 'no pattern matches');
  }

  private matching(path: string): CompiledPattern | undefined {
    return this.patterns.find(({ match }) => match.matches(path));
  }
}

function compiled({ action, glob }: PathPattern, source: string): CompiledPattern {
  return { action, match: compilePathMatch(glob), origin: `${source}: ${action} ${glob}` };
}
