import { existsSync } from 'node:fs';
import type { Oid } from '../git/objects/object-id.js';
import type { ObjectReader } from '../git/objects/object-reader.js';
import { readRef } from '../git/refs/refs.js';
import type { RepoConfig } from '../git/config/repo-config.js';
import { readRepoConfig, refuseUnknownFormat } from '../git/config/repo-config.js';
import type { HeldRealdir } from '../realdir/reach/held-realdir.js';
import type { Bounds } from '../realdir/reach/reach.js';
import { boundsOf } from '../realdir/reach/reach.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError } from '../util/errors.js';
import type { Facet } from './facets.js';
import { branchOf } from './facets.js';
import { Gate } from './gate/gate.js';
import { readUuid } from './layout/read-uuid.js';
import { isSharingMode, SHARING_KEY } from './access/sharing.js';

/** Git configuration key that holds the absolute path of the realdir. */
export const REALDIR_KEY = 'fso.realdir';

function configOf(gitDir: ByteString): RepoConfig {
  try {
    return readRepoConfig(gitDir);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    throw new FsoError(`${textOfBytes(gitDir)}/config: cannot be read: permission denied`, {
      remedy: 'run git-fso as root, or as the user that owns it',
      cause: error,
    });
  }
}

/** One shadow repo: an ordinary repository that records the history of one realdir. */
export class ShadowRepo {
  private constructor(
    /** The work tree, which holds the files of the stub. */
    readonly directory: ByteString,
    /** Absolute path of the directory that is observed. */
    readonly realdir: ByteString,
    /** From where the realdir is reached. */
    readonly bounds: Bounds,
    /** Null in repos that were made without one. */
    readonly uuid: string | null,
    /** False if it is left to the umask who may see what Git makes in it, as older versions have done. */
    readonly isSharingKnown: boolean,
    readonly gate: Gate,
    /** Reads its objects for longer than one run; null if each run opens them itself. */
    readonly reader: ObjectReader | null = null,
  ) {}

  /**
   * Opens the shadow repo in a directory.
   * @param gate what it has to pass
   * @throws FsoError if there is none, one that does not pass, or one in a format that git-fso does not understand
   */
  static open(directory: ByteString, gate = new Gate()): ShadowRepo {
    const gitDir = joinPath(directory, '.git');
    const config = gate.admits(directory) ? configOf(gitDir) : undefined;
    const realdir = config?.get(REALDIR_KEY);
    if (config === undefined || realdir === undefined || realdir === directory) {
      const isThere = existsSync(fsPath(directory));
      throw new FsoError(`${textOfBytes(directory)}: ${isThere ? 'not a shadow repo of git-fso' : 'does not exist'}`, {
        remedy:
          'change to a directory <uuid>.fso or one that it records, name one with -C, or create one with `git-fso init`; ' +
          'git-fso list --json names all',
      });
    }
    refuseUnknownFormat(gitDir, config);
    return new ShadowRepo(
      directory,
      realdir,
      boundsOf(realdir, gate.roots),
      readUuid(gitDir),
      isSharingMode(config.get(SHARING_KEY)),
      gate,
    );
  }

  /** The same repo after it was changed, or was moved to another directory. @throws FsoError like `open` */
  reopen(directory = this.directory): ShadowRepo {
    return ShadowRepo.open(directory, this.gate);
  }

  /** The same shadow repo as if it observed another directory. */
  observing(realdir: ByteString): ShadowRepo {
    return new ShadowRepo(this.directory, realdir, boundsOf(realdir, this.gate.roots), this.uuid, this.isSharingKnown, this.gate);
  }

  /** The same repo for as long as its realdir is held, which then is not reached again by whoever only looks. */
  holding(held: HeldRealdir): ShadowRepo {
    return new ShadowRepo(this.directory, this.realdir, { ...this.bounds, held }, this.uuid, this.isSharingKnown, this.gate, this.reader);
  }

  /** The same repo for runs that read its objects by one reader, which the caller closes. */
  readBy(reader: ObjectReader): ShadowRepo {
    return new ShadowRepo(this.directory, this.realdir, this.bounds, this.uuid, this.isSharingKnown, this.gate, reader);
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
