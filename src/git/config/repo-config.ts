import { lstatSync } from 'node:fs';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { normalKey, parseGitConfig } from '../../util/text/git-config-syntax.js';
import { changeConfig } from './change-config.js';
import { LockFile } from '../../storage/lock-file.js';
import { ForeignFileError, readStoredText } from '../../storage/stored-file.js';

/** The settings in the config file of one repository. */
export interface RepoConfig {
  /**
   * The last value of a key such as `fso.realdir` or `branch.Main.remote`; undefined if it is not set.
   * A key without `=` has the value `true`.
   */
  get(key: string): ByteString | undefined;
  /** All keys that are set. */
  keys(): Iterable<string>;
}

// Extensions that change nothing about how a repository is read, by name and value (gitrepository-layout(5)).
const KNOWN_EXTENSIONS: ReadonlyMap<string, RegExp> = new Map([
  ['noop', /.*/s],
  ['objectformat', /^sha1$/],
  ['refstorage', /^files$/],
]);

/** Real ones have a few hundred bytes. */
const MAX_CONFIG_BYTES = 1 << 20;

/**
 * Reads `config` of the repository itself: not the user's, and no included files.
 * @throws FsoError with file and line if it is malformed; if it is no regular file, or larger than 1 MiB.
 */
export function readRepoConfig(gitDir: ByteString): RepoConfig {
  const path = `${gitDir}/config`;
  const values = withFile(path, () => {
    const { entries } = parseGitConfig(readText(path));
    return new Map(entries.map(({ key, value }) => [key, value]));
  });
  return { get: (key) => values.get(normalKey(key)), keys: () => values.keys() };
}

/**
 * Sets one key, under Git's lock for the file, durably; comments and all other lines stay as they
 * are. Of several values the last one, which counts, is replaced.
 */
export function setRepoConfig(gitDir: ByteString, key: string, value: ByteString): void {
  if (!/^[A-Za-z0-9-]+\.(.*\.)?[A-Za-z][A-Za-z0-9-]*$/s.test(key) || /[\n\0]/.test(key) || value.includes('\0')) {
    throw new FsoError(`not a key and value for Git config: ${JSON.stringify(key)}`);
  }
  const path = `${gitDir}/config`;
  const lock = LockFile.acquire(path);
  try {
    const mode = unlessErrno(['ENOENT'], undefined, () => lstatSync(fsPath(path)).mode & 0o777);
    lock.commit(withFile(path, () => changeConfig(readText(path), key, value)), mode);
  } finally {
    lock.release();
  }
}

/**
 * Makes sure that the repository has the form that git-fso writes: SHA-1 ids, refs in files, no
 * extension of the format that it does not know.
 * @param config what its `config` says
 * @throws FsoError that names the setting.
 */
export function refuseUnknownFormat(gitDir: ByteString, config: RepoConfig): void {
  const version = config.get('core.repositoryformatversion') ?? '0';
  if (!/^[01]$/.test(version)) throw unknownFormat(gitDir, 'core.repositoryformatversion', version);
  for (const key of config.keys()) {
    const extension = /^extensions\.(.*)/.exec(key)?.[1];
    const value = config.get(key) ?? '';
    if (extension !== undefined && KNOWN_EXTENSIONS.get(extension)?.test(value) !== true) throw unknownFormat(gitDir, key, value);
  }
}

function unknownFormat(gitDir: ByteString, key: string, value: ByteString): FsoError {
  return new FsoError(`${textOfBytes(gitDir)}/config: ${key} = ${textOfBytes(value)} is a repository format that git-fso does not know`, {
    remedy: 'convert the repository back (SHA-1, refs in files), or use a newer git-fso',
  });
}

function readText(path: ByteString): ByteString {
  return unlessErrno(['ENOENT'], '', () => readStoredText(path, MAX_CONFIG_BYTES));
}

function withFile<T>(path: ByteString, action: () => T): T {
  try {
    return action();
  } catch (error) {
    // What is no file of a repository names its path already.
    if (!(error instanceof FsoError) || error instanceof ForeignFileError) throw error;
    throw new FsoError(`${textOfBytes(path)}: ${error.message}`, {
      cause: error,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    });
  }
}
