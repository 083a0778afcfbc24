import { closeSync, constants, fchmodSync, fstatSync, openSync } from 'node:fs';
import { fileModeIn } from '../../storage/file-mode.js';
import { setRepoConfig } from '../../git/config/repo-config.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import type { Access } from './access.js';
import { CLOSED } from './access.js';
import type { OpenPath, ShadowPlace } from './open-paths.js';
import { openPathsOf } from './open-paths.js';
import { originOf } from '../layout/original.js';
import type { RunOptions } from '../transaction/run-options.js';
import type { ShadowRepo } from '../shadow-repo.js';
import { SHARING_KEY, sharingOf } from './sharing.js';

/** Of somebody else, read-only, gone, or a link by now: that is no reason not to go on. */
const IN_VAIN = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ELOOP', 'ENXIO'];

/** How closing something went. */
export interface Closing {
  /** How many files and directories were closed. */
  readonly closed: number;
  /** False if something stays open, because it belongs to somebody else, say. */
  readonly isComplete: boolean;
}

/** Takes the bits that are too many from a file or directory, not through a link. */
function closePath({ path, excess }: OpenPath): boolean {
  return unlessErrno(IN_VAIN, false, () => {
    const fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      fchmodSync(fd, fstatSync(fd).mode & 0o7777 & ~excess);
      return true;
    } finally {
      closeSync(fd);
    }
  });
}

/**
 * Closes what is more open in a place than it may be. A Git that works in a repo learns from its configuration, which
 * is written last, to keep it like that. What cannot be closed is left to `git-fso doctor`.
 */
export function closePlace(place: ShadowPlace): Closing {
  let closed = 0;
  let isComplete = true;
  for (const open of openPathsOf(place)) {
    if (closePath(open)) closed += 1;
    else isComplete = false;
  }
  if (place.kind === 'repo' && isComplete) isComplete = keepsClosed(joinPath(place.path, '.git'));
  return { closed, isComplete };
}

function keepsClosed(gitDir: ByteString): boolean {
  try {
    setRepoConfig(gitDir, SHARING_KEY, sharingOf(fileModeIn(gitDir)));
    return true;
  } catch (error) {
    if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Closes one shadow repo as far as it is more open than this. */
export function closeRepo(directory: ByteString, access: Access): Closing {
  return closePlace({ kind: 'repo', path: directory, access });
}

/**
 * Closes a shadow repo that was made by an older version, which left it to the umask who may read and write, and says
 * so. One that is still git-fso 0.1.0's is left alone until it is taken over.
 */
export function closeOlder(repo: ShadowRepo, { onClose }: Pick<RunOptions, 'onClose'>, access: Access = { mode: CLOSED, gid: null }): void {
  if (repo.isSharingKnown || originOf(repo.gitDir) === 'original') return;
  if (closeRepo(repo.directory, access).closed > 0) onClose?.(repo.directory);
}
