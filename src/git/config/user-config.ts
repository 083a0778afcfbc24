import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, fsPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError, unlessErrno } from '../../util/errors.js';
import { normalKey, parseGitConfig } from '../../util/text/git-config-syntax.js';
import { parametersOfCommand } from './config-parameters.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings from outside of a repository, by normal key; the last value counts. */
export interface UserConfig {
  /** Of `git -c` and the like, which are stronger than those of the repository. */
  readonly command: ReadonlyMap<string, string>;
  /** Of the user and the system, which are weaker. */
  readonly files: ReadonlyMap<string, string>;
}

/** What has a say in where Git looks for configuration, and in what it finds. */
const VARIABLES = /^(HOME|XDG_CONFIG_HOME|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_\d+|VALUE_\d+))$/;

const SYSTEM_FILE = '/etc/gitconfig';
const MAX_FILE_BYTES = 1 << 20;
/** How deep includes of includes are followed, as in Git. */
const DEPTH_MAX = 10;
/** Such files are passed over, as Git does. */
const NO_FILE = ['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ENAMETOOLONG'];

const known = new Map<string, UserConfig>();

/**
 * Reads the configuration of the user and the system where Git looks for it (git-config(1), "FILES",
 * "ENVIRONMENT"), without Git: what is set there can have Git start programs and write files, even while it is only
 * asked for a name. Files named by `include.path` are read, too; those that depend on a repository (`includeIf`) are not.
 * @param env the environment of the process
 * @throws FsoError that names the file and the line, or the variable
 */
export function readUserConfig(env: Environment): UserConfig {
  const key = JSON.stringify(Object.entries(env).filter(([name]) => VARIABLES.test(name)).sort());
  let config = known.get(key);
  if (config === undefined) {
    config = { command: parametersOfCommand(env), files: readFiles(env) };
    known.set(key, config);
  }
  return config;
}

function readFiles(env: Environment): Map<string, string> {
  const values = new Map<string, string>();
  for (const path of filesOf(env)) readFile(bytesOfText(path), env['HOME'], 0, values);
  return values;
}

/** From the weakest to the strongest. */
function filesOf(env: Environment): string[] {
  const { HOME, XDG_CONFIG_HOME, GIT_CONFIG_SYSTEM, GIT_CONFIG_GLOBAL } = env;
  const files = isTrue(env['GIT_CONFIG_NOSYSTEM']) ? [] : [GIT_CONFIG_SYSTEM ?? SYSTEM_FILE];
  if (GIT_CONFIG_GLOBAL !== undefined) return [...files, GIT_CONFIG_GLOBAL];
  const own = XDG_CONFIG_HOME === undefined || XDG_CONFIG_HOME === '' ? HOME && `${HOME}/.config` : XDG_CONFIG_HOME;
  return [...files, ...(own ? [`${own}/git/config`] : []), ...(HOME ? [`${HOME}/.gitconfig`] : [])];
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|false|no|off)$/i.test(value);
}

function readFile(path: ByteString, home: string | undefined, depth: number, values: Map<string, string>): void {
  if (depth > DEPTH_MAX) throw new UsageError(`${textOfBytes(path)}: includes more than ${DEPTH_MAX} files inside one another`);
  for (const { key, value } of entriesOf(path)) {
    if (key === 'include.path') readFile(includedBy(path, value, home), home, depth + 1, values);
    else values.set(normalKey(key), textOfBytes(value));
  }
}

function includedBy(path: ByteString, value: ByteString, home: string | undefined): ByteString {
  const expanded = value.startsWith('~/') && home !== undefined ? bytesOfText(home) + value.slice(1) : value;
  return posix.isAbsolute(expanded) ? expanded : posix.join(posix.dirname(path), expanded);
}

function entriesOf(path: ByteString): ReturnType<typeof parseGitConfig>['entries'] {
  try {
    return parseGitConfig(unlessErrno(NO_FILE, '', () => readText(path))).entries;
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    throw new FsoError(`${textOfBytes(path)}: ${error.message}`, {
      remedy: 'correct the file; it is part of the configuration of Git',
      cause: error,
    });
  }
}

/** Links are followed, as many users keep such files elsewhere; what is no regular file counts as empty. */
function readText(path: ByteString): ByteString {
  const fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return '';
    if (stat.size > MAX_FILE_BYTES) throw new FsoError(`is longer than ${MAX_FILE_BYTES} bytes`);
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, stat.size, 0));
  } finally {
    closeSync(fd);
  }
}
