import { hostname } from 'node:os';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError, UsageError, errnoOf } from '../util/errors.js';
import { localDate, parseGitDate } from './date-text.js';
import type { GitDate } from './date-text.js';
import { readRepoConfig } from './repo-config.js';
import { runGit } from './run-git.js';
import { cleanIdentityText } from './signature.js';
import type { Signature } from './signature.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Role = 'author' | 'committer';
/** Finds the value of a config key such as `user.name`. */
type Lookup = (key: string) => string | undefined;

/** Settings by scope, from the strongest: `git -c`, then (elsewhere) the repository, then user and system. */
interface OuterConfig {
  readonly command: ReadonlyMap<string, string>;
  readonly user: ReadonlyMap<string, string>;
}

/** Where Git looks for config of its own, beside the repository; these decide what it answers. */
const CONFIG_VARIABLES = /^(HOME|XDG_CONFIG_HOME|PATH|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_\d+|VALUE_\d+))$/;
const IDENTITY_KEYS = String.raw`^(user|author|committer)\.(name|email)$`;
/** Without Git there are no config files of Git to honour. */
const NO_GIT = { stdout: Buffer.alloc(0), stderr: '', status: 0 };

const outerConfigs = new Map<string, Promise<OuterConfig>>();

/**
 * Who the author and the committer of a commit are: as Git decides (git-commit(1), "COMMIT
 * INFORMATION") from environment and config, else `git-fso <git-fso@<host name>>`.
 * @param env the environment of the process; Git is asked once for its config files, then it is known.
 * @param now the time for both, unless the environment gives one.
 * @throws UsageError that names the variable if a date in the environment cannot be read.
 */
export async function resolveIdentity(
  gitDir: ByteString, env: Environment, now: Date,
): Promise<{ author: Signature; committer: Signature }> {
  const outer = await outerConfig(env);
  const own = readRepoConfig(gitDir);
  const lookup: Lookup = (key) => {
    const ownValue = own.get(key);
    return outer.command.get(key) ?? (ownValue === undefined ? undefined : textOfBytes(ownValue)) ?? outer.user.get(key);
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

function outerConfig(env: Environment): Promise<OuterConfig> {
  const relevant = Object.fromEntries(Object.entries(env).flatMap(([name, value]) =>
    CONFIG_VARIABLES.test(name) && value !== undefined ? [[name, value]] : []));
  const key = JSON.stringify(Object.entries(relevant).sort());
  let config = outerConfigs.get(key);
  if (config === undefined) {
    config = askGit(relevant);
    outerConfigs.set(key, config);
  }
  return config;
}

async function askGit(env: Readonly<Record<string, string>>): Promise<OuterConfig> {
  const command = new Map<string, string>();
  const user = new Map<string, string>();
  const args = ['config', '--includes', '--show-scope', '-z', '--get-regexp', IDENTITY_KEYS];
  // A directory that is no repository, so that only the config files outside of repositories are read.
  const { stdout, stderr, status } = await runGit('/dev/null', args, { env }).catch((error: unknown) => {
    if (error instanceof FsoError && errnoOf(error.cause) === 'ENOENT') return NO_GIT;
    throw error;
  });
  // Status 1 says that no such key is set.
  if (status > 1) {
    throw new FsoError(`git cannot read its config: ${stderr.trim()}`, { remedy: 'check HOME, and the file that the message names' });
  }
  const fields = stdout.toString('utf8').split('\0');
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [key = '', ...value] = (fields[i + 1] ?? '').split('\n');
    (fields[i] === 'command' ? command : user).set(key, value.join('\n'));
  }
  return { command, user };
}
