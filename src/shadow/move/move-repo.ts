import { renameSync, rmSync } from 'node:fs';
import { directoryOf, fsyncDirectory, writeFileDurable } from '../../storage/durable-file.js';
import { setRepoConfig } from '../../git/config/repo-config.js';
import { readStoredText } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import { boundsOf } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import type { ShadowMode } from '../access/access.js';
import { accessOf, CLOSED } from '../access/access.js';
import { closeRepo } from '../access/close.js';
import { refuseOverlap, requireRealdir } from '../create/create-repo.js';
import type { ShadowLocation } from '../layout/locate.js';
import { shadowReposIn } from '../layout/find-repo.js';
import { isShadowName, locationOf, mirrorOf } from '../layout/locate.js';
import { lockShadowRoot, makeMirrors, removeEmptyMirrors } from '../create/mirrors.js';
import { readStub } from '../stub/read-stub.js';
import { whileAlone } from '../lock/repo-lock.js';
import type { RunOptions } from '../transaction/run-options.js';
import { historiesOf, occupied } from './occupied.js';
import { putRepoAside } from './put-repo-aside.js';
import { rememberIdentity } from '../layout/realdir-identity.js';
import type { ShadowRepo } from '../shadow-repo.js';
import { REALDIR_KEY } from '../shadow-repo.js';
import { trackingOf } from '../stub/stub-files.js';

/** How to move a shadow repo. */
export interface MoveOptions extends RunOptions {
  /** Prefix that was removed from realdirs before they were mirrored; empty for none. */
  readonly trimHostRoot?: ByteString;
  /** Leaves the shadow repo where it is. */
  readonly inPlace?: boolean;
  /** The shadow repo that the new realdir has, of which nothing will be lost; it is put aside. The caller holds its lock. */
  readonly successorOf?: ShadowRepo;
  /** Who may see the shadow repo at most; nobody but its owner if it is not given. */
  readonly shadowMode?: ShadowMode;
}

/** Where a shadow repo is now. */
export interface MoveResult {
  readonly repo: ShadowRepo;
  /** False if it has kept its place. */
  readonly moved: boolean;
  /** Where the shadow repo is that the new realdir had; null if it had none. */
  readonly putAside: ByteString | null;
}

/** While a repo moves, this file has its old realdir, which says where the repo was. */
const MOVED_FROM = 'fso/moved-from';
const MAX_PATH_BYTES = 1 << 20;

/**
 * Has a shadow repo observe another directory, to which the one that it observes was moved. History and
 * UUID stay. A repo below a shadow root moves to the place that mirrors the new directory.
 *
 * The order, and what a crash leaves behind each step, from where the same call goes on:
 * 1. mirror directories are created: these, empty;
 * 2. `fso/moved-from` is written with the old realdir: nothing else;
 * 3. `fso.realdir` is set: a repo that observes the new realdir from its old place;
 * 4. the repo is closed to those who may not see the new realdir: the same, with some files closed;
 * 5. a shadow repo that the new realdir had is put aside, below `.git-fso` of the shadow root: a realdir without one,
 *    until the call is repeated;
 * 6. the repo is renamed: one that is complete, at its new place, where the call must be repeated;
 * 7. `fso/moved-from` is removed: empty directories at the old place, at worst.
 *
 * @throws FsoError if the realdir is no directory, overlaps with the shadow root or has a shadow repo already
 * @throws LockedError if others write for longer than the run waits
 */
export async function moveRepo(repo: ShadowRepo, realdir: ByteString, options: MoveOptions): Promise<MoveResult> {
  return whileAlone(repo, options, async () => {
    const { location, former } = checkMove(repo, realdir, options);
    if (location === null) {
      setRealdir(repo, realdir);
      rmSync(fsPath(joinPath(repo.gitDir, MOVED_FROM)), { force: true });
      return { repo: afterMove(repo), moved: false, putAside: null };
    }
    const lock = await lockShadowRoot(location.root, options);
    try {
      return moveBelow(location, repo, former, realdir, options);
    } finally {
      lock.release();
    }
  });
}

/**
 * Where the repo is, and was, if it may move.
 * @returns location: the shadow root; null if the repo keeps its place. former: the realdir that its place stands for
 * @throws FsoError if the realdir is no directory or overlaps with the shadow root, or the repo is in a wrong place
 */
export function checkMove(
  repo: ShadowRepo,
  realdir: ByteString,
  options: MoveOptions,
): { readonly location: ShadowLocation | null; readonly former: ByteString } {
  requireRealdir(realdir, boundsOf(realdir, repo.gate.roots));
  const movedFrom = unlessErrno(['ENOENT'], null, () => readStoredText(joinPath(repo.gitDir, MOVED_FROM), MAX_PATH_BYTES));
  const former = movedFrom ?? repo.realdir;
  const location = options.inPlace === true ? null : placeOf(repo, [former, repo.realdir, realdir], options);
  refuseOverlap(realdir, location?.root ?? repo.directory, trackingOf(readStub(repo)) ?? 'enter-subdirs');
  return { location, former };
}

/** The repo after the move, which knows its new realdir by heart. */
function afterMove(before: ShadowRepo, directory = before.directory): ShadowRepo {
  const repo = before.reopen(directory);
  rememberIdentity(repo);
  return repo;
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
  { shadowMode = CLOSED, successorOf }: MoveOptions,
): MoveResult {
  const { directory, gitDir } = repo;
  const oldMirror = directoryOf(directory);
  const newMirror = mirrorOf(location, realdir);
  const other = shadowReposIn(newMirror).find((path) => path !== directory && path !== successorOf?.directory);
  if (other !== undefined) {
    throw occupied(realdir, other, historiesOf(other, repo.gate));
  }
  const target = joinPath(newMirror, directory.slice(oldMirror.length + 1));
  const isMoving = target !== directory;
  if (isMoving) {
    makeMirrors(location, realdir, shadowMode);
    writeFileDurable(joinPath(gitDir, MOVED_FROM), Buffer.from(former, 'latin1'));
  }
  setRealdir(repo, realdir);
  const putAside = successorOf === undefined ? null : putRepoAside(location.root, successorOf);
  if (isMoving) {
    try {
      // Never opened: its history is about what the old realdir has shown.
      closeRepo(directory, accessOf(realdir, location, shadowMode));
      renameSync(fsPath(directory), fsPath(target));
      fsyncDirectory(newMirror);
      fsyncDirectory(oldMirror);
    } catch (error) {
      throw writeFailure(target, error);
    }
    removeEmptyMirrors(location.root, oldMirror);
  }
  rmSync(fsPath(joinPath(target, `.git/${MOVED_FROM}`)), { force: true });
  return { repo: afterMove(repo, target), moved: isMoving, putAside };
}

function setRealdir(repo: ShadowRepo, realdir: ByteString): void {
  if (repo.realdir !== realdir) setRepoConfig(repo.gitDir, REALDIR_KEY, realdir);
}
