import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { fsyncDirectory } from '../../storage/durable-file.js';
import { PRIVATE_DIRECTORY } from '../../storage/file-mode.js';
import { writeFailure } from '../../storage/write-failure.js';
import { boundsOf } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import type { CreateOptions } from './create-repo.js';
import { refuseOverlap, requireRealdir } from './create-repo.js';
import { Gate } from '../gate/gate.js';
import { refuseRootWhereReplaceable, requireOwner, trustedOwners } from '../gate/owner.js';
import { requirePlace } from '../gate/place.js';
import { buildRepo } from './new-repo.js';
import { isRunning } from '../../util/process/process-alive.js';
import { ShadowRepo } from '../shadow-repo.js';
import { initialStub, STUB_FILE_NAMES } from '../stub/stub-files.js';

/** Temporary directory of an init: its number is the process that makes it. */
const TEMPORARY = /^\.git-fso-init-(\d+)$/;

/**
 * The names, but for `own`, of what inits that were killed have left in a directory.
 * @param isProven whether it is known that there was one, so that stub files are its
 * @throws FsoError if anything else is there
 */
function leftoversIn(directory: ByteString, own: ByteString, isProven: boolean): ByteString[] {
  const names = readdirSync(fsPath(directory), 'latin1').filter((name) => name !== own);
  const isDead = (name: ByteString): boolean => !isRunning(Number(TEMPORARY.exec(name)?.[1] ?? process.pid));
  const stubFiles: readonly string[] = isProven || names.some(isDead) ? STUB_FILE_NAMES : [];
  if (names.every((name) => isDead(name) || stubFiles.includes(name))) return names;
  throw new FsoError(`${textOfBytes(directory)}: not empty`, {
    remedy: 'change to an empty directory, or use --shadow <shadow root>',
  });
}

/**
 * Makes the temporary directory of an init, and removes what others left. Of several that do this at the
 * same time, each sees those that came before it: at most one goes on.
 * @throws FsoError if the directory is not empty
 */
function takePlace(directory: ByteString): ByteString {
  const own = `.git-fso-init-${process.pid}`;
  const temporary = joinPath(directory, own);
  const remove = (parent: ByteString, names: readonly ByteString[]): void => {
    for (const name of names) rmSync(fsPath(joinPath(parent, name)), { recursive: true, force: true });
  };
  // A process that is dead may have had the same number.
  const isLeft = existsSync(fsPath(temporary));
  // Before anything is written: the directory may be somebody's.
  const isProven = leftoversIn(directory, own, isLeft).length > 0 || isLeft;
  try {
    unlessErrno(['EEXIST'], undefined, () => mkdirSync(fsPath(temporary), PRIVATE_DIRECTORY));
    remove(temporary, readdirSync(fsPath(temporary), 'latin1'));
    remove(directory, leftoversIn(directory, own, isProven));
    return temporary;
  } catch (error) {
    remove(directory, [own]);
    throw writeFailure(directory, error);
  }
}

/**
 * Creates a shadow repo in an existing, empty directory.
 * @throws FsoError if the directory is not empty, belongs to a stranger or is observed, or if the realdir is no directory or overlaps with
 *   it
 */
export async function createHere(
  directory: ByteString,
  realdir: ByteString,
  options: CreateOptions,
): Promise<ShadowRepo> {
  const bounds = boundsOf(realdir, options.roots ?? []);
  requireRealdir(realdir, bounds);
  refuseOverlap(realdir, directory, options.tracking);
  // Before anything is written, since whoever owns the directory could lead the writes elsewhere.
  requirePlace(directory, null, (options.roots ?? []).map(({ path }) => path));
  requireOwner(directory, statSync(fsPath(directory)), trustedOwners(null));
  refuseRootWhereReplaceable(directory);
  const temporary = takePlace(directory);
  const stub = initialStub(options.tracking);
  const moved: ByteString[] = [];
  const move = (name: ByteString): void => {
    renameSync(fsPath(joinPath(temporary, name)), fsPath(joinPath(directory, name)));
    // Not before: what was in the way is not ours.
    moved.push(joinPath(directory, name));
  };
  try {
    // Whoever made the directory has decided about its mode; what is in it is closed.
    buildRepo(temporary, PRIVATE_DIRECTORY, { realdir, bounds, uuid: options.uuid ?? randomUUID(), stub }, options);
    for (const name of STUB_FILE_NAMES.filter((file) => stub[file] !== undefined)) move(name);
    fsyncDirectory(directory);
    // It comes last: with it the repo is complete.
    move('.git');
    rmdirSync(fsPath(temporary));
    fsyncDirectory(directory);
  } catch (error) {
    for (const path of [temporary, ...moved]) rmSync(fsPath(path), { recursive: true, force: true });
    throw writeFailure(directory, error);
  }
  return ShadowRepo.open(directory, new Gate({ roots: options.roots ?? [] }));
}
