import { closeSync, existsSync, fstatSync } from 'node:fs';
import { directoryOf, fsyncDirectory } from '../../storage/durable-file.js';
import { makeDirectory } from '../../storage/file-mode.js';
import { writeFailure } from '../../storage/write-failure.js';
import { holdDirectory, placeOf } from '../../realdir/reach/open-step.js';
import { BY_HAND, holdRealdir } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import type { ShadowMode } from '../access/access.js';
import { accessOf } from '../access/access.js';
import { refuseRootForShadowRoot, trustedOwners } from '../gate/owner.js';
import type { ShadowLocation } from '../layout/locate.js';

/**
 * Creates the shadow root and the directories on the way to it, as far as they are missing, as open as the configuration says. Each
 * is made in the one above it, which is held, and links of others are not followed: whoever plants something on the way
 * meanwhile leads nothing elsewhere.
 * @throws FsoError if root would write where a service user owns the place, or somebody else can replace it, or has made one of them
 */
export function makeShadowRoot(location: ShadowLocation, shadowMode: ShadowMode): void {
  refuseRootForShadowRoot(location.root);
  if (existsSync(fsPath(location.root))) return;
  const { mode } = accessOf(location.trimHostRoot === '' ? '/' : location.trimHostRoot, location, shadowMode);
  const missing: ByteString[] = [];
  let path = location.root;
  let parent = holdIfThere(path);
  for (; parent === null; parent = holdIfThere(path)) {
    missing.push(baseOf(path));
    path = directoryOf(path);
  }
  try {
    for (const name of missing.reverse()) {
      path = joinPath(path, name);
      const next = makeIn(parent, name, path, mode);
      closeSync(parent);
      parent = next;
    }
  } finally {
    closeSync(parent);
  }
}

/** Null if there is nothing. */
function holdIfThere(path: ByteString): number | null {
  try {
    return unlessErrno(['ENOENT'], null, () => holdRealdir(path, BY_HAND));
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Makes a directory in one that is held, unless another process of the same user has just made it; returns a hold on it. */
function makeIn(parent: number, name: ByteString, path: ByteString, mode: number): number {
  const place = joinPath(placeOf(parent), name);
  try {
    unlessErrno(['EEXIST'], undefined, () => makeDirectory(place, mode));
    fsyncDirectory(placeOf(parent));
    const made = holdDirectory(place);
    if (trustedOwners(null).has(fstatSync(made).uid)) return made;
    closeSync(made);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR') throw writeFailure(path, error);
  }
  throw new FsoError(`${textOfBytes(path)}: somebody else has just made a link, a file or a directory of this name`, {
    remedy: 'find out who does that; use a directory in which nobody else may create files',
  });
}
