import { UsageError } from '../../util/errors.js';
import { normalKey } from '../../util/text/git-config-syntax.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A string in single quotes as a shell has it, where Git escapes quotes and exclamation marks. */
const QUOTED = String.raw`((?:'[^']*'|\\['!])+)`;
const PARAMETER = new RegExp(String.raw`\s*${QUOTED}(?:(=)(?:${QUOTED})?)?(?=\s|$)`, 'y');

/**
 * Settings that `git -c` hands to the programs that it starts, and those of GIT_CONFIG_COUNT, which are weaker
 * (git-config(1), "ENVIRONMENT"); by normal key.
 * @throws UsageError that names the variable
 */
export function parametersOfCommand(env: Environment): Map<string, string> {
  return new Map([...counted(env), ...quoted(env['GIT_CONFIG_PARAMETERS'] ?? '')]);
}

function* counted(env: Environment): Generator<readonly [string, string]> {
  const count = env['GIT_CONFIG_COUNT'] ?? '';
  if (count === '') return;
  if (!/^\d{1,6}$/.test(count)) throw malformed('GIT_CONFIG_COUNT', 'is not a number');
  for (let index = 0; index < Number(count); index += 1) {
    const key = env[`GIT_CONFIG_KEY_${index}`];
    const value = env[`GIT_CONFIG_VALUE_${index}`];
    if (key === undefined || value === undefined)
      throw malformed(`GIT_CONFIG_${key === undefined ? 'KEY' : 'VALUE'}_${index}`, 'is missing');
    yield [normalKey(key), value];
  }
}

function* quoted(text: string): Generator<readonly [string, string]> {
  const end = text.trimEnd().length;
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < end) {
    const match = PARAMETER.exec(text);
    if (match === null) throw malformed('GIT_CONFIG_PARAMETERS', 'is malformed');
    const [, first = '', equals, second = ''] = match;
    const name = unquote(first);
    // Before version 2.31 the key and its value were quoted together.
    const split = equals === undefined ? name.indexOf('=') : -1;
    const key = split < 0 ? name : name.slice(0, split);
    const value = equals !== undefined ? unquote(second) : split < 0 ? 'true' : name.slice(split + 1);
    yield [normalKey(key), value];
  }
}

function unquote(text: string): string {
  return text.replace(/'([^']*)'|\\(['!])/g, (_, inside: string | undefined, escaped: string | undefined) => inside ?? escaped ?? '');
}

function malformed(variable: string, what: string): UsageError {
  return new UsageError(`${variable} ${what}`, { remedy: 'unset the GIT_CONFIG_… variables, or set them as git-config(1) describes' });
}
