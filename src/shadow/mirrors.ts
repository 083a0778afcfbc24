import { randomUUID } from 'node:crypto';
import { renameSync, rmdirSync, rmSync } from 'node:fs';
import { directoryOf, fsyncDirectory } from '../git/durable-file.js';
import { writeFailure } from '../git/write-failure.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import { makeMirrorDirectory } from './access.js';
import { isDirectory, namesIn } from './directory-names.js';
import type { ShadowLocation } from './locate.js';
import { isAtOrBelow, mirrorOf } from './locate.js';
import type { LockHandle, LockOptions } from './lock.js';
import { acquireLock } from './lock.js';

const TEMPORARY = /^\.tmp-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.fso)?$/;
const OCCUPIED = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM', 'EBUSY'];

/** Takes the lock under which shadow repos get their place below a shadow root. */
export function lockShadowRoot(root: ByteString, options: LockOptions): Promise<LockHandle> {
  return acquireLock(joinPath(root, '.git-fso.lock'), 'exclusive', options);
}

/**
 * Creates the directories between the shadow root and a shadow repo, with the access that the real
 * ones give; returns the last one. To be called under the lock of the shadow root.
 */
export function makeMirrors(location: ShadowLocation, realdir: ByteString, shadowMode: number | null): ByteString {
  const mirror = mirrorOf(location, realdir);
  const steps = mirror.slice(location.root.length).split('/').filter((name) => name !== '');
  const parts = realdir.split('/').filter((name) => name !== '');
  let shadow = location.root;
  let real = `/${parts.slice(0, parts.length - steps.length).join('/')}`;
  for (const name of steps) {
    const parent = shadow;
    shadow = joinPath(shadow, name);
    real = joinPath(real, name);
    if (isDirectory(shadow)) continue;
    // Renamed when its mode is final: after a crash nobody would correct it.
    const temporary = joinPath(parent, `.tmp-${randomUUID()}`);
    removeTemporaries(parent);
    try {
      makeMirrorDirectory(temporary, real, shadowMode);
      renameSync(fsPath(temporary), fsPath(shadow));
      fsyncDirectory(parent);
    } catch (error) {
      rmSync(fsPath(temporary), { recursive: true, force: true });
      throw writeFailure(shadow, error);
    }
  }
  return mirror;
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
  for (const name of namesIn(directory).filter((one) => TEMPORARY.test(one))) {
    rmSync(fsPath(joinPath(directory, name)), { recursive: true, force: true });
  }
}
