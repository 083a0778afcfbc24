import { UsageError } from '../../util/errors.js';
import type { PatternErrorCode } from './path-pattern.js';

/** What is reported about a directory: a repo to be, a repo that exists, or one that is passed over. */
export type DirectoryEvent = 'candidate' | 'known' | 'ignore';

/** What a naming rule says about a directory. */
export interface Decision {
  /** Null: nothing is reported. */
  readonly event: DirectoryEvent | null;
  /** Whether its subdirectories are looked at. */
  readonly enter: boolean;
}

/** Decides which directories below a root are repos (NOE-18, Discovering nested repos). */
export interface NamingRule {
  /** Name of the rule in the configuration. */
  readonly rule: RuleName;
  /**
   * @param path relative to the root, as text; `.` for the root itself
   * @param depth number of components of the path; 0 for the root
   * @param isKnown tells whether the directory has a shadow repo; asked only where it matters
   */
  decide(path: string, depth: number, isKnown: () => boolean): Decision;
  /** What in the rule's settings has decided about a path, in words: the line of `patterns`, for example. */
  reason(path: string, depth: number): string;
}

/** Names of the naming rules; the default rule is the one of a root that names none. */
export const RULE_NAMES = ['PathPatterns', 'SubdirLevel', 'Stdtools2017', 'default'] as const;

export type RuleName = (typeof RULE_NAMES)[number];

export type RuleErrorCode =
  | PatternErrorCode
  | 'UnknownRule'
  | 'WrongType'
  | 'MissingLevel'
  | 'LevelNotNumber'
  | 'LevelNotInteger'
  | 'LevelOutOfRange'
  | 'StdtoolsDisabled';

/** The settings of a naming rule cannot be used. */
export class NamingRuleError extends UsageError {
  override readonly name = 'NamingRuleError';

  constructor(
    override readonly code: RuleErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export const ENTER: Decision = { event: null, enter: true };
export const IGNORE: Decision = { event: 'ignore', enter: false };

/** Reports a repo, as known if it exists. */
export function repo(isKnown: () => boolean, enter: boolean): Decision {
  return { event: isKnown() ? 'known' : 'candidate', enter };
}

/** Reports a repo that exists; ignores any other directory. */
export function knownOrIgnore(isKnown: () => boolean): Decision {
  return { event: isKnown() ? 'known' : 'ignore', enter: false };
}
