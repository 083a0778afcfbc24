import { closeSync, constants, fstatSync, lstatSync, openSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { directoryOf, fsyncDirectory } from '../../storage/durable-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import type { ShadowMode } from '../access/access.js';
import { accessOf, makeDirectoryWith } from '../access/access.js';
import { namesIn } from '../layout/directory-names.js';
import type { ShadowLocation } from '../layout/locate.js';
import { isAtOrBelow, isShadowName, mirrorOf } from '../layout/locate.js';
import type { LockHandle, LockOptions } from '../lock/lock.js';
import { acquireLock } from '../lock/lock.js';
import { refuseRootForShadowRoot } from '../gate/owner.js';
import { isTemporaryName, temporaryName } from './temporary-names.js';

const OCCUPIED = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM', 'EBUSY'];

/**
 * Takes the lock under which shadow repos get their place below a shadow root.
 * @throws LockedError; FsoError if root would write where a service user owns the shadow root, or somebody else can replace it
 */
export async function lockShadowRoot(root: ByteString, options: LockOptions): Promise<LockHandle> {
  refuseRootForShadowRoot(root);
  return acquireLock(joinPath(root, '.git-fso.lock'), 'exclusive', options);
}

/** A directory of the shadow tree, and the real one that it stands for. */
export interface Mirror {
  readonly shadow: ByteString;
  readonly real: ByteString;
}

/** The directories between the shadow root and the shadow repo of a realdir, parents first. */
export function mirrorsOf(location: ShadowLocation, realdir: ByteString): Mirror[] {
  const steps = mirrorOf(location, realdir).slice(location.root.length).split('/').filter((name) => name !== '');
  const parts = realdir.split('/').filter((name) => name !== '');
  let shadow = location.root;
  let real = `/${parts.slice(0, parts.length - steps.length).join('/')}`;
  return steps.map((name) => {
    shadow = joinPath(shadow, name);
    real = joinPath(real, name);
    return { shadow, real };
  });
}

/**
 * Creates the directories between the shadow root and a shadow repo, as open as the configuration says; returns the
 * last one. Each is reached from the one above it and never through a link, so that nobody who has planted something
 * in the shadow tree leads this out of it. To be called under the lock of the shadow root.
 * @throws FsoError if there is a link, a file, or a directory of somebody else in the place of one of them
 */
export function makeMirrors(location: ShadowLocation, realdir: ByteString, shadowMode: ShadowMode): ByteString {
  let parent = openSync(fsPath(location.root), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const owners = [0, process.geteuid?.() ?? 0, fstatSync(parent).uid];
    for (const mirror of mirrorsOf(location, realdir)) {
      refuseReserved(parent, mirror, location);
      const next = openBelow(parent, mirror) ?? makeBelow(parent, mirror, location, shadowMode);
      closeSync(parent);
      parent = next;
      if (!owners.includes(fstatSync(parent).uid)) throw strange(mirror.shadow, 'belongs to somebody else than the shadow root');
    }
  } finally {
    closeSync(parent);
  }
  return mirrorOf(location, realdir);
}

/** A realdir can have any name; its mirror must not be in a shadow repo, nor among the notes of git-fso. */
function refuseReserved(parent: number, { shadow, real }: Mirror, { root }: ShadowLocation): void {
  const name = nameOf(shadow);
  const isRepo = isShadowName(name) && lstatSync(fsPath(within(parent, `${name}/.git`)), { throwIfNoEntry: false }) !== undefined;
  const isReserved =
    (name === '.git' && isShadowName(nameOf(directoryOf(shadow)))) || (directoryOf(shadow) === root && name.startsWith('.git-fso'));
  if (!isRepo && !isReserved) return;
  throw new FsoError(
    `${textOfBytes(real)}: has the name of ${isRepo ? 'another shadow repo' : 'something that git-fso uses itself'}, ` +
      textOfBytes(shadow),
    {
      remedy: 'find out who has given it that name; rename it, or have the patterns of its root leave it out',
    },
  );
}

/** The path of an entry in an open directory: what is above that may be swapped meanwhile. */
function within(directory: number, name: ByteString): ByteString {
  return `/proc/self/fd/${directory}/${name}`;
}

function nameOf(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Null if there is no such directory. */
function openBelow(parent: number, { shadow }: Mirror): number | null {
  try {
    return unlessErrno(['ENOENT'], null, () =>
      openSync(fsPath(within(parent, nameOf(shadow))), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW));
  } catch (error) {
    if (!['ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) throw writeFailure(shadow, error);
    throw strange(shadow, 'a link or a file is in the place of a directory of the shadow tree');
  }
}

function strange(shadow: ByteString, what: string): FsoError {
  return new FsoError(`${textOfBytes(shadow)}: ${what}`, { remedy: 'find out who put it there, and remove it' });
}

function makeBelow(parent: number, mirror: Mirror, location: ShadowLocation, shadowMode: ShadowMode): number {
  const { shadow, real } = mirror;
  // Renamed when its mode is final: after a crash nobody would correct it.
  const temporary = within(parent, temporaryName());
  removeTemporaries(within(parent, ''));
  try {
    makeDirectoryWith(temporary, accessOf(real, location, shadowMode));
    renameSync(fsPath(temporary), fsPath(within(parent, nameOf(shadow))));
    fsyncDirectory(within(parent, ''));
  } catch (error) {
    rmSync(fsPath(temporary), { recursive: true, force: true });
    throw writeFailure(shadow, error);
  }
  const made = openBelow(parent, mirror);
  if (made === null) throw strange(shadow, 'vanished when it had just been made');
  return made;
}

/** Removes a mirror directory, and its parents up to the shadow root, as far as they are empty. */
export function removeEmptyMirrors(root: ByteString, mirror: ByteString): void {
  for (let directory = mirror; directory !== root && isAtOrBelow(directory, root); directory = directoryOf(directory)) {
    try {
      rmdirSync(fsPath(directory));
    } catch (error) {
      if (OCCUPIED.includes(errnoOf(error) ?? '')) return;
      throw error;
    }
  }
}

/**
 * Removes what processes that were killed have left of their creations: no other process creates
 * anything now, because this one holds the lock of the shadow root.
 */
export function removeTemporaries(directory: ByteString): void {
  for (const name of namesIn(directory).filter(isTemporaryName)) {
    rmSync(fsPath(joinPath(directory, name)), { recursive: true, force: true });
  }
}
