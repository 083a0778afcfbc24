import type { Decision, NamingRule } from './naming-rule.js';
import { ENTER, IGNORE, repo } from './naming-rule.js';
import { HIDDEN, isHidden } from './hidden.js';

/** The rule of a root that names none: every direct subdirectory is a repo, unless it is hidden. */
export const DEFAULT_RULE: NamingRule = {
  rule: 'default',
  decide(path: string, depth: number, isKnown: () => boolean): Decision {
    if (depth === 0) return ENTER;
    return isHidden(path) && !isKnown() ? IGNORE : repo(isKnown, false);
  },
  reason(path: string, depth: number): string {
    if (depth === 0) return 'the root';
    return isHidden(path) ? HIDDEN : 'a direct subdirectory';
  },
};
