import { readFileSync, statSync } from 'node:fs';
import type { Oid } from '../git/object-id.js';
import { readRef } from '../git/refs.js';
import { readRepoConfig, refuseUnknownFormat } from '../git/repo-config.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError, unlessErrno } from '../util/errors.js';
import type { Facet } from './branches.js';
import { branchOf } from './branches.js';

/** Git configuration key that holds the absolute path of the realdir. */
export const REALDIR_KEY = 'fso.realdir';

/** One shadow repo: an ordinary repository that records the history of one realdir. */
export class ShadowRepo {
  private constructor(
    /** The work tree, which holds the files of the stub. */
    readonly directory: ByteString,
    /** Absolute path of the directory that is observed. */
    readonly realdir: ByteString,
    /** Null in repos that were made without one. */
    readonly uuid: string | null,
  ) {}

  /**
   * Opens the shadow repo in a directory.
   * @throws FsoError if there is none, or one in a format that git-fso does not understand
   */
  static open(directory: ByteString): ShadowRepo {
    const gitDir = joinPath(directory, '.git');
    const isRepo = unlessErrno(['ENOENT', 'ENOTDIR'], false, () => statSync(fsPath(gitDir)).isDirectory());
    const realdir = isRepo ? readRepoConfig(gitDir).get(REALDIR_KEY) : undefined;
    if (realdir === undefined) {
      throw new FsoError(`${textOfBytes(directory)}: not a shadow repo of git-fso`, {
        remedy: 'change to a directory <uuid>.fso, name it with -C, or create one with `git-fso init`',
      });
    }
    refuseUnknownFormat(gitDir);
    const uuid = unlessErrno(['ENOENT'], null, () => readFileSync(fsPath(joinPath(gitDir, 'fso/uuid')), 'latin1').trim());
    return new ShadowRepo(directory, realdir, uuid);
  }

  /** The Git directory. */
  get gitDir(): ByteString {
    return joinPath(this.directory, '.git');
  }

  /** The commit of a facet's branch; null if it has none. */
  head(facet: Facet): Oid | null {
    return readRef(this.gitDir, branchOf(facet));
  }
}
