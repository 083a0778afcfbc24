import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import { PRIVATE_FILE } from '../../storage/file-mode.js';
import { readRepoConfig } from '../config/repo-config.js';
import { readStored } from '../../storage/stored-file.js';

/** What Git may know of a repository beside its objects: none of it can name a program, as configuration, hooks and attributes can. */
const LINKED = ['refs', 'packed-refs', 'logs', 'index', 'shallow'];

/** A ref and a newline. */
const MAX_HEAD_BYTES = 4096;

/** Settings that change how much memory Git takes, how it compresses, and what it compares: numbers and words, which name nothing. */
const PASSED_ON = new RegExp(
  '^(core\\.(sharedrepository|compression|loosecompression|bigfilethreshold|packedgitwindowsize|packedgitlimit|deltabasecachelimit' +
    '|filemode|symlinks|ignorecase|trustctime|checkstat|autocrlf|eol)' +
    '|pack\\.(windowmemory|threads|window|depth|compression|deltacachesize|deltacachelimit))$',
);
const HARMLESS_VALUE = /^[A-Za-z0-9+-]*$/;

/**
 * A directory that stands for the `.git` directory of a repository while a Git process works on it: the refs, the
 * index and the reflogs are links to the repository's own, the configuration is ours. So nothing that a repository's
 * configuration can have Git start or write to (filters, includes, fsmonitor, gc.recentObjectsHook, remotes) is known
 * to Git. Objects are not part of it: GIT_OBJECT_DIRECTORY names them.
 */
export class RepositoryView {
  /** Absolute path, plain text. */
  readonly path: string;

  /**
   * @param gitDir absolute path of the `.git` directory
   * @param temporary absolute path of a directory for temporary files
   * @throws FsoError if there is no room for it
   */
  constructor(gitDir: ByteString, temporary: string) {
    const head = unlessErrno(['ENOENT', 'ENOTDIR', 'EISDIR'], null, () => readStored(joinPath(gitDir, 'HEAD'), MAX_HEAD_BYTES));
    const config = configOf(gitDir);
    try {
      this.path = mkdtempSync(join(temporary, 'git-fso-view-'));
    } catch (error) {
      throw unusable(temporary, error);
    }
    try {
      if (head !== null) writeFileSync(join(this.path, 'HEAD'), head, { mode: PRIVATE_FILE });
      writeFileSync(join(this.path, 'config'), config, { mode: PRIVATE_FILE });
      for (const name of LINKED) symlinkSync(fsPath(joinPath(gitDir, name)), join(this.path, name));
    } catch (error) {
      this.remove();
      throw unusable(temporary, error);
    }
  }

  /** Removes the directory; the repository stays as it is. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function configOf(gitDir: ByteString): string {
  const config = readRepoConfig(gitDir);
  const settings = [...config.keys()].flatMap((key) => {
    const value = config.get(key) ?? '';
    return PASSED_ON.test(key) && HARMLESS_VALUE.test(value) ? [[key, value] as const] : [];
  });
  const lines = settings.map(([key, value]) => `[${key.slice(0, key.indexOf('.'))}]\n\t${key.slice(key.indexOf('.') + 1)} = ${value}\n`);
  return `[core]\n\trepositoryformatversion = 0\n\tbare = false\n${lines.join('')}`;
}

function unusable(temporary: string, cause: unknown): FsoError {
  return new FsoError(`${textOfBytes(temporary)}: cannot be used for temporary files: ${reasonOf(cause)}`, {
    remedy: 'make room there, or set TMPDIR to another directory',
    cause,
  });
}
