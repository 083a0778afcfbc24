import { randomUUID } from 'node:crypto';
import { realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { fsyncDirectory, makeDirectoryDurable } from '../git/durable-file.js';
import { writeFailure } from '../git/write-failure.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError, UsageError } from '../util/errors.js';
import { Turns } from '../util/turns.js';
import { makeMirrorDirectory } from './access.js';
import type { ShadowLocation } from './locate.js';
import { findShadowRepo, isAtOrBelow } from './locate.js';
import { lockShadowRoot, makeMirrors, removeTemporaries } from './mirrors.js';
import { buildRepo } from './new-repo.js';
import type { RunOptions } from './run-options.js';
import { ShadowRepo } from './shadow-repo.js';
import { initialStub } from './stub-files.js';
import type { SubdirTracking } from './subdir-tracking.js';

/** How to create a shadow repo. */
export interface CreateOptions extends RunOptions {
  readonly tracking: SubdirTracking;
  /** A random one if it is not given. */
  readonly uuid?: string;
  /** Mode of new directories below the shadow root, instead of that of the real directories. */
  readonly shadowMode?: number | null;
}

/** Within one process turns are quicker than the lock. */
const creations = new Turns();

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks a UUID from the command line. @throws UsageError */
export function checkUuid(uuid: string): string {
  if (!UUID.test(uuid)) throw new UsageError(`${JSON.stringify(uuid)} is not a UUID`);
  return uuid.toLowerCase();
}

/** Refuses what is not a directory. @throws FsoError */
export function requireRealdir(realdir: ByteString): void {
  try {
    if (statSync(fsPath(realdir)).isDirectory()) return;
  } catch (error) {
    const reason = errnoOf(error) === 'ENOENT' ? 'does not exist' : String(error);
    throw new FsoError(`${textOfBytes(realdir)}: ${reason}`, { remedy: 'name an existing directory', cause: error });
  }
  throw new FsoError(`${textOfBytes(realdir)}: not a directory`, { remedy: 'name an existing directory' });
}

/**
 * Refuses a realdir and a place for shadow repos that would record themselves.
 * @throws FsoError if one is below the other
 */
export function refuseOverlap(realdir: ByteString, shadow: ByteString, tracking: SubdirTracking): void {
  const real = realpathSync(fsPath(realdir), 'latin1');
  const place = realpathSync(fsPath(shadow), 'latin1');
  if (isAtOrBelow(real, place)) {
    throw new FsoError(`${textOfBytes(realdir)}: is below ${textOfBytes(shadow)}, where shadow repos live`, {
      remedy: 'observe another directory, or put shadow repos elsewhere',
    });
  }
  const isEntered = tracking === 'enter-subdirs' || tracking === 'bundle-subdirs';
  if (isEntered && isAtOrBelow(place, real)) {
    throw new FsoError(`${textOfBytes(shadow)}: is below the realdir ${textOfBytes(realdir)}, which would record it`, {
      remedy: 'put shadow repos elsewhere, or use ignore-subdirs or ignore-most',
    });
  }
}

/**
 * Creates the shadow repo of a realdir below the shadow root, or returns the one that it has. Two
 * processes that try at the same time get the same one.
 *
 * @throws FsoError if the realdir is no directory, overlaps with the shadow root, or has several
 */
export async function createBelowRoot(
  location: ShadowLocation,
  realdir: ByteString,
  options: CreateOptions,
): Promise<{ readonly repo: ShadowRepo; readonly created: boolean }> {
  requireRealdir(realdir);
  const existing = findShadowRepo(location, realdir);
  if (existing !== null) return { repo: ShadowRepo.open(existing), created: false };
  makeDirectoryDurable(location.root, 0o755);
  refuseOverlap(realdir, location.root, options.tracking);
  return creations.take(async () => {
    const lock = await lockShadowRoot(location.root, options);
    try {
      const raced = findShadowRepo(location, realdir);
      if (raced !== null) return { repo: ShadowRepo.open(raced), created: false };
      return { repo: await createIn(location, realdir, options), created: true };
    } finally {
      lock.release();
    }
  });
}

async function createIn(location: ShadowLocation, realdir: ByteString, options: CreateOptions): Promise<ShadowRepo> {
  const mirror = makeMirrors(location, realdir, options.shadowMode ?? null);
  const uuid = options.uuid ?? randomUUID();
  const final = joinPath(mirror, `${uuid}.fso`);
  const temporary = joinPath(mirror, `.tmp-${uuid}.fso`);
  removeTemporaries(mirror);
  try {
    makeMirrorDirectory(temporary, realdir, options.shadowMode ?? null);
    const { mode } = statSync(fsPath(temporary));
    await buildRepo(temporary, mode, { realdir, uuid, stub: initialStub(options.tracking) }, options);
    renameSync(fsPath(temporary), fsPath(final));
    fsyncDirectory(mirror);
  } catch (error) {
    rmSync(fsPath(temporary), { recursive: true, force: true });
    throw writeFailure(final, error);
  }
  return ShadowRepo.open(final);
}
