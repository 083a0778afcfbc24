import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { directoryOf, fsyncDirectory, writeFileDurable } from '../git/durable-file.js';
import { setRepoConfig } from '../git/repo-config.js';
import { writeFailure } from '../git/write-failure.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError, unlessErrno } from '../util/errors.js';
import { gitDirectoryMode, mirrorAccess } from './access.js';
import { refuseOverlap, requireRealdir } from './create.js';
import type { ShadowLocation } from './locate.js';
import { isShadowName, locationOf, mirrorOf, shadowReposIn } from './locate.js';
import { lockShadowRoot, makeMirrors, removeEmptyMirrors } from './mirrors.js';
import { readStub } from './read-stub.js';
import { whileAlone } from './repo-lock.js';
import type { RunOptions } from './run-options.js';
import { REALDIR_KEY, ShadowRepo } from './shadow-repo.js';
import { trackingOf } from './stub-files.js';

/** How to move a shadow repo. */
export interface MoveOptions extends RunOptions {
  /** Prefix that was removed from realdirs before they were mirrored; empty for none. */
  readonly trimHostRoot?: ByteString;
  /** Leaves the shadow repo where it is. */
  readonly inPlace?: boolean;
  /** Mode of directories below the shadow root, instead of that of the real directories. */
  readonly shadowMode?: number | null;
}

/** Where a shadow repo is now. */
export interface MoveResult {
  readonly repo: ShadowRepo;
  /** False if it has kept its place. */
  readonly moved: boolean;
}

/** While a repo moves, this file has its old realdir, which says where the repo was. */
const MOVED_FROM = 'fso/moved-from';

/**
 * Has a shadow repo observe another directory, to which the one that it observes was moved. History and
 * UUID stay. A repo below a shadow root moves to the place that mirrors the new directory.
 *
 * The order, and what a crash leaves behind each step, from where the same call goes on:
 * 1. mirror directories are created: these, empty;
 * 2. `fso/moved-from` is written with the old realdir: nothing else;
 * 3. `fso.realdir` is set: a repo that observes the new realdir from its old place;
 * 4. the repo gets the access that the new realdir gives: the same, perhaps closed to others;
 * 5. the repo is renamed: one that is complete, at its new place, where the call must be repeated;
 * 6. `fso/moved-from` is removed: empty directories at the old place, at worst.
 *
 * @throws FsoError if the realdir is no directory, overlaps with the shadow root or has a shadow repo already
 * @throws LockedError if others write for longer than the run waits
 */
export async function moveRepo(repo: ShadowRepo, realdir: ByteString, options: MoveOptions): Promise<MoveResult> {
  requireRealdir(realdir);
  return whileAlone(repo, options, async () => {
    const movedFrom = unlessErrno(['ENOENT'], null, () => readFileSync(fsPath(joinPath(repo.gitDir, MOVED_FROM)), 'latin1'));
    const former = movedFrom ?? repo.realdir;
    const location = options.inPlace === true ? null : placeOf(repo, [former, repo.realdir, realdir], options);
    refuseOverlap(realdir, location?.root ?? repo.directory, trackingOf(readStub(repo)) ?? 'enter-subdirs');
    if (location === null) {
      setRealdir(repo, realdir);
      rmSync(fsPath(joinPath(repo.gitDir, MOVED_FROM)), { force: true });
      return { repo: ShadowRepo.open(repo.directory), moved: false };
    }
    const lock = await lockShadowRoot(location.root, options);
    try {
      return moveBelow(location, repo, former, realdir, options.shadowMode ?? null);
    } finally {
      lock.release();
    }
  });
}

/** Where the repo is below a shadow root, if it has the place of one of these realdirs. */
function placeOf(repo: ShadowRepo, realdirs: readonly ByteString[], options: MoveOptions): ShadowLocation | null {
  const { directory } = repo;
  for (const realdir of realdirs) {
    const location = locationOf(directory, realdir, options.trimHostRoot ?? '');
    if (location !== null) return location;
  }
  if (!isShadowName(directory.slice(directory.lastIndexOf('/') + 1))) return null;
  throw new FsoError(`${textOfBytes(directory)}: this is not where the shadow repo of ${textOfBytes(repo.realdir)} belongs`, {
    remedy: 'use --trim-host-root <prefix> if realdirs are mirrored without a prefix, or --in-place to leave the repo there',
  });
}

function moveBelow(
  location: ShadowLocation,
  repo: ShadowRepo,
  former: ByteString,
  realdir: ByteString,
  shadowMode: number | null,
): MoveResult {
  const { directory, gitDir } = repo;
  const oldMirror = directoryOf(directory);
  const newMirror = mirrorOf(location, realdir);
  const other = shadowReposIn(newMirror).find((path) => path !== directory);
  if (other !== undefined) {
    throw new FsoError(`${textOfBytes(realdir)} has a shadow repo already: ${textOfBytes(other)}`, {
      remedy: 'move that one out of the shadow root, or remove it if nothing in it is needed',
    });
  }
  const target = joinPath(newMirror, directory.slice(oldMirror.length + 1));
  const isMoving = target !== directory;
  if (isMoving) {
    makeMirrors(location, realdir, shadowMode);
    writeFileDurable(joinPath(gitDir, MOVED_FROM), Buffer.from(former, 'latin1'));
  }
  setRealdir(repo, realdir);
  if (isMoving) {
    try {
      chmodSync(fsPath(gitDir), gitDirectoryMode(mirrorAccess(directory, realdir, shadowMode)));
      renameSync(fsPath(directory), fsPath(target));
      fsyncDirectory(newMirror);
      fsyncDirectory(oldMirror);
    } catch (error) {
      throw writeFailure(target, error);
    }
    removeEmptyMirrors(location.root, oldMirror);
  }
  rmSync(fsPath(joinPath(target, `.git/${MOVED_FROM}`)), { force: true });
  return { repo: ShadowRepo.open(target), moved: isMoving };
}

function setRealdir(repo: ShadowRepo, realdir: ByteString): void {
  if (repo.realdir !== realdir) setRepoConfig(repo.gitDir, REALDIR_KEY, realdir);
}
