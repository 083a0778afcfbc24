import { compileIgnoreGlobs } from './ignore-globs.js';
import type { Decision, NamingRule } from './naming-rule.js';
import { ENTER, IGNORE, NamingRuleError } from './naming-rule.js';
import { HIDDEN, isHidden } from './hidden.js';

export const MIN_LEVEL = 1;
export const MAX_LEVEL = 4;

/**
 * Checks a value of the setting `level`.
 * @throws NamingRuleError unless it is an integer from 1 to 4
 */
export function checkLevel(level: unknown): number {
  if (level === undefined) throw new NamingRuleError('MissingLevel', 'level is missing');
  if (typeof level !== 'number') throw new NamingRuleError('LevelNotNumber', 'level is not a number');
  if (!Number.isInteger(level)) throw new NamingRuleError('LevelNotInteger', `level ${level} is not an integer`);
  if (level >= MIN_LEVEL && level <= MAX_LEVEL) return level;
  throw new NamingRuleError('LevelOutOfRange', `level ${level} is not from ${MIN_LEVEL} to ${MAX_LEVEL}`);
}

/** Naming rule `SubdirLevel`: all directories at one depth are repos. */
export class SubdirLevel implements NamingRule {
  readonly rule = 'SubdirLevel';
  private readonly level: number;
  private readonly ignoring: (path: string) => string | undefined;

  /**
   * @param settings the depth below the root at which directories are repos, and globs for paths,
   *   relative to the root, that are passed over
   * @throws NamingRuleError
   */
  constructor({ level, ignore }: { readonly level: number; readonly ignore: readonly string[] }) {
    this.level = checkLevel(level);
    this.ignoring = compileIgnoreGlobs(ignore);
  }

  decide(path: string, depth: number, isKnown: () => boolean): Decision {
    if (depth === 0) return ENTER;
    if (isKnown()) return { event: 'known', enter: false };
    if (isHidden(path) || this.ignoring(path) !== undefined) return IGNORE;
    return depth === this.level ? { event: 'candidate', enter: false } : ENTER;
  }
  reason(path: string, depth: number): string {
    if (depth === 0) return 'the root';
    if (isHidden(path)) return HIDDEN;
    const glob = this.ignoring(path);
    return glob === undefined ? `at level ${depth}, where repos are at level ${this.level}` : `ignore: ${glob}`;
  }
}
