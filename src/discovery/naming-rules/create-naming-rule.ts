import { allowedWords } from '../../util/text/nearest-word.js';
import { DEFAULT_RULE } from './default-rule.js';
import type { NamingRule } from './naming-rule.js';
import { NamingRuleError, RULE_NAMES } from './naming-rule.js';
import { PathPatterns } from './path-patterns.js';
import { Stdtools2017 } from './stdtools2017.js';
import { checkLevel, SubdirLevel } from './subdir-level.js';

/** Settings from outside, such as a JSON file, that nobody has checked. */
export type UncheckedSettings = Readonly<Record<string, unknown>>;

function stringList(settings: UncheckedSettings, key: string): readonly string[] {
  const value = settings[key];
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new NamingRuleError('WrongType', `${key} is not a list of strings`);
}

function projectsRootOf(settings: UncheckedSettings): string {
  const projectsRoot = settings['projectsRoot'];
  if (typeof projectsRoot === 'string' && projectsRoot !== '') return projectsRoot;
  throw new NamingRuleError('StdtoolsDisabled', 'Stdtools2017 needs a projectsRoot');
}

/**
 * Creates a naming rule from its name and unchecked settings.
 * @param name one of `RULE_NAMES`; empty for the default rule
 * @param root absolute path of the root, as text
 * @throws NamingRuleError for the first mistake
 */
export function createNamingRule(name: string, settings: UncheckedSettings, root: string): NamingRule {
  switch (name) {
    case '':
    case 'default':
      return DEFAULT_RULE;
    case 'PathPatterns':
      return new PathPatterns({
        patterns: stringList(settings, 'patterns'),
        enabledPaths: stringList(settings, 'enabledPaths'),
      });
    case 'SubdirLevel':
      return new SubdirLevel({ level: checkLevel(settings['level']), ignore: stringList(settings, 'ignore') });
    case 'Stdtools2017': {
      const ignore = stringList(settings, 'ignore');
      return new Stdtools2017({ root, projectsRoot: projectsRootOf(settings), ignore });
    }
    default:
      throw new NamingRuleError('UnknownRule', `unknown naming rule ${JSON.stringify(name)}; ${allowedWords(name, RULE_NAMES)}`);
  }
}
