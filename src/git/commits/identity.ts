import { hostname } from 'node:os';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import { localDate, parseGitDate } from './date-text.js';
import type { GitDate } from './date-text.js';
import { readRepoConfig } from '../config/repo-config.js';
import { cleanIdentityText } from './signature.js';
import type { Signature } from './signature.js';
import { readUserConfig } from '../config/user-config.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Role = 'author' | 'committer';
/** Finds the value of a config key such as `user.name`. */
type Lookup = (key: string) => string | undefined;

/**
 * Who the author and the committer of a commit are: as Git decides (git-commit(1), "COMMIT
 * INFORMATION") from environment and config, else `git-fso <git-fso@<host name>>`.
 * @param env the environment of the process; config files of user and system are read once.
 * @param now the time for both, unless the environment gives one.
 * @throws UsageError that names the variable if a date in the environment cannot be read.
 */
export function resolveIdentity(gitDir: ByteString, env: Environment, now: Date): { author: Signature; committer: Signature } {
  const outer = readUserConfig(env);
  const own = readRepoConfig(gitDir);
  const lookup: Lookup = (key) => {
    const ownValue = own.get(key);
    return outer.command.get(key) ?? (ownValue === undefined ? undefined : textOfBytes(ownValue)) ?? outer.files.get(key);
  };
  return { author: signatureOf('author', env, lookup, now), committer: signatureOf('committer', env, lookup, now) };
}

function signatureOf(role: Role, env: Environment, lookup: Lookup, now: Date): Signature {
  const variable = (what: string): string => `GIT_${role.toUpperCase()}_${what}`;
  const name = firstUsable(env[variable('NAME')], lookup(`${role}.name`), lookup('user.name'), 'git-fso');
  const email = firstUsable(
    env[variable('EMAIL')], lookup(`${role}.email`), lookup('user.email'), env['EMAIL'], `git-fso@${hostname()}`);
  return { name, email, ...dateOf(variable('DATE'), env, now) };
}

function firstUsable(...candidates: readonly (string | undefined)[]): string {
  return candidates.map((candidate) => cleanIdentityText(candidate ?? '')).find((text) => text !== '') ?? 'unknown';
}

function dateOf(variable: string, env: Environment, now: Date): GitDate {
  const text = env[variable];
  if (text === undefined || text === '') return localDate(now);
  const date = parseGitDate(text);
  if (date === null) {
    throw new UsageError(`${variable}: not a date: ${JSON.stringify(text)}`, {
      remedy: 'write it like "1500000000 +0200", "2017-07-14T04:40:00+02:00" or "Fri, 14 Jul 2017 04:40:00 +0200"',
    });
  }
  return date;
}
