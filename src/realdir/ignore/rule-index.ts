import type { ByteString } from '../../util/byte-string.js';
import { matchSteps, spendSteps } from '../../util/glob/match-steps.js';
import type { PathPattern } from './path-pattern.js';

/** The last of several rules with the same text: for any entry, and for directories only. */
class LastRule {
  private any = -1;
  private directoryOnly = -1;

  add(position: number, directoryOnly: boolean): void {
    if (directoryOnly) this.directoryOnly = position;
    else this.any = position;
  }

  for(isDirectory: boolean): number {
    return isDirectory ? Math.max(this.any, this.directoryOnly) : this.any;
  }
}

/** A rule that must be compared one by one. */
interface GlobRule {
  readonly position: number;
  readonly pattern: PathPattern;
}

/**
 * Finds the last pattern that matches an entry without comparing all of them: literal patterns are
 * looked up, suffixes by their length, and globs of a fixed depth are compared at this depth only.
 */
export class RuleIndex {
  /** True if a pattern applies to names in any directory. */
  readonly comparesNames: boolean;
  /** The depth below which only names count. -1 if only names count at all. */
  readonly maximumDepth: number;

  private readonly names = new Map<ByteString, LastRule>();
  private readonly suffixes = new Map<ByteString, LastRule>();
  private readonly suffixLengths: readonly number[];
  /** The bytes that suffixes end with, so that most names need no look-up. */
  private readonly lastBytes = new Set<number>();
  private readonly nameGlobs: GlobRule[] = [];
  /** By directory, with a trailing slash unless empty, and by name: nothing has to be joined to look a path up. */
  private readonly paths = new Map<ByteString, Map<ByteString, LastRule>>();
  private readonly globsByDepth = new Map<number, GlobRule[]>();
  private readonly deepGlobs: GlobRule[] = [];

  /** Positions in `patterns` are what `lastMatch` returns. */
  constructor(patterns: readonly PathPattern[]) {
    let maximumDepth = -1;
    for (const [position, pattern] of patterns.entries()) {
      this.add(position, pattern);
      if (pattern.kind === 'path' || pattern.kind === 'pathGlob') {
        maximumDepth = Math.max(maximumDepth, pattern.depth ?? Number.POSITIVE_INFINITY);
      }
    }
    this.maximumDepth = maximumDepth;
    this.comparesNames = this.names.size + this.suffixes.size + this.nameGlobs.length > 0;
    this.suffixLengths = [...new Set([...this.suffixes.keys()].map((suffix) => suffix.length))].sort((a, b) => a - b);
  }

  private add(position: number, pattern: PathPattern): void {
    const { kind, literal } = pattern;
    if (kind === 'name') addTo(this.names, literal, position, pattern);
    else if (kind === 'path') this.addPath(position, pattern);
    else if (kind === 'nameGlob') this.nameGlobs.push({ position, pattern });
    else if (kind === 'suffix') {
      addTo(this.suffixes, literal, position, pattern);
      if (literal !== '') this.lastBytes.add(literal.charCodeAt(literal.length - 1));
    } else if (pattern.depth === null) this.deepGlobs.push({ position, pattern });
    else {
      const globs = this.globsByDepth.get(pattern.depth) ?? [];
      this.globsByDepth.set(pattern.depth, globs);
      globs.push({ position, pattern });
    }
  }

  private addPath(position: number, pattern: PathPattern): void {
    const nameFrom = pattern.literal.lastIndexOf('/') + 1;
    const directory = pattern.literal.slice(0, nameFrom);
    const names = this.paths.get(directory) ?? new Map<ByteString, LastRule>();
    this.paths.set(directory, names);
    addTo(names, pattern.literal.slice(nameFrom), position, pattern);
  }

  /**
   * The position of the last pattern that matches, or -1.
   * @param directory what comes before the name in the path, with a trailing slash unless empty
   * @param depth the number of slashes in `directory`
   */
  lastMatch(directory: ByteString, depth: number, name: ByteString, isDirectory: boolean): number {
    let last = this.names.get(name)?.for(isDirectory) ?? -1;
    last = Math.max(last, this.lastSuffix(name, isDirectory));
    last = lastGlob(this.nameGlobs, '', name, isDirectory, last);
    if (depth > this.maximumDepth) return last;
    last = Math.max(last, this.paths.get(directory)?.get(name)?.for(isDirectory) ?? -1);
    last = lastGlob(this.globsByDepth.get(depth) ?? [], directory, name, isDirectory, last);
    return lastGlob(this.deepGlobs, directory, name, isDirectory, last);
  }

  private lastSuffix(name: ByteString, isDirectory: boolean): number {
    let last = this.suffixes.get('')?.for(isDirectory) ?? -1;
    if (!this.lastBytes.has(name.charCodeAt(name.length - 1))) return last;
    for (const length of this.suffixLengths) {
      if (length > name.length) break;
      spendSteps(1);
      const rule = this.suffixes.get(name.slice(name.length - length));
      if (rule !== undefined) last = Math.max(last, rule.for(isDirectory));
    }
    return last;
  }
}

function addTo(rules: Map<ByteString, LastRule>, key: ByteString, position: number, pattern: PathPattern): void {
  let rule = rules.get(key);
  if (rule === undefined) rules.set(key, (rule = new LastRule()));
  rule.add(position, pattern.directoryOnly);
}

/** The position of the last glob behind `atLeast` that matches, else `atLeast`. */
function lastGlob(
  rules: readonly GlobRule[],
  directory: ByteString,
  name: ByteString,
  isDirectory: boolean,
  atLeast: number,
): number {
  for (let i = rules.length - 1; i >= 0; i--) {
    const { position, pattern } = rules[i]!;
    spendSteps(1);
    if (position <= atLeast || matchSteps.left === 0) break;
    if (pattern.directoryOnly && !isDirectory) continue;
    if (pattern.mayMatchIn(directory) && pattern.matches(directory + name, name)) return position;
  }
  return atLeast;
}
