import { randomUUID } from 'node:crypto';
import { closeSync, renameSync, rmSync } from 'node:fs';
import { fsyncDirectory } from '../../storage/durable-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { Bounds, ConfiguredRoot } from '../../realdir/reach/reach.js';
import { boundsOf, holdRealdir } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, UsageError } from '../../util/errors.js';
import { reasonOf, remedyOf } from '../../util/system-errors/system-error.js';
import { Turns } from '../../util/async/turns.js';
import type { ShadowMode } from '../access/access.js';
import { accessOf, CLOSED, makeDirectoryWith } from '../access/access.js';
import { openAt } from '../layout/choose-repo.js';
import type { ShadowLocation } from '../layout/locate.js';
import { findShadowRepo } from '../layout/find-repo.js';
import { Gate } from '../gate/gate.js';
import { refuseRootForShadowRoot } from '../gate/owner.js';
import { lockShadowRoot, makeMirrors, removeTemporaries } from './mirrors.js';
import { makeShadowRoot } from './make-shadow-root.js';
import { buildRepo } from './new-repo.js';
import { Places } from '../layout/places.js';
import type { RunOptions } from '../transaction/run-options.js';
import { ShadowRepo } from '../shadow-repo.js';
import { initialStub } from '../stub/stub-files.js';
import type { SubdirTracking } from '../stub/subdir-tracking.js';
import { temporaryName } from './temporary-names.js';

/** How to create a shadow repo. */
export interface CreateOptions extends RunOptions {
  readonly tracking: SubdirTracking;
  /** A random one if it is not given. */
  readonly uuid?: string;
  /** Who may see the shadow repo; nobody but its owner if it is not given. */
  readonly shadowMode?: ShadowMode;
  /** The configured roots; the realdir is reached from the one that contains it. */
  readonly roots?: readonly ConfiguredRoot[];
}

/** Within one process turns are quicker than the lock. */
const creations = new Turns();

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks a UUID from the command line. @throws UsageError */
export function checkUuid(uuid: string): string {
  if (!UUID.test(uuid)) throw new UsageError(`${JSON.stringify(uuid)} is not a UUID`);
  return uuid.toLowerCase();
}

const NAME_ONE = 'name an existing directory';

/** Refuses what is not a directory. @throws FsoError */
export function requireRealdir(realdir: ByteString, bounds: Bounds): void {
  try {
    closeSync(holdRealdir(realdir, bounds));
  } catch (error) {
    if (error instanceof FsoError) throw error;
    const reasons = new Map([['ENOENT', 'does not exist'], ['ENOTDIR', 'not a directory']]);
    const reason = reasons.get(errnoOf(error) ?? '') ?? reasonOf(error);
    throw new FsoError(`${textOfBytes(realdir)}: ${reason}`, {
      remedy: reasons.has(errnoOf(error) ?? '') ? NAME_ONE : (remedyOf(error) ?? NAME_ONE),
      cause: error,
    });
  }
}

/**
 * Refuses a realdir and a place for shadow repos that would record themselves, through whatever links and mounts one
 * leads to the other. The place need not exist.
 * @throws FsoError if one is below the other
 */
export function refuseOverlap(realdir: ByteString, shadow: ByteString, tracking: SubdirTracking): void {
  const places = new Places();
  if (places.pathFrom(shadow, realdir) !== null) {
    throw new FsoError(`${textOfBytes(realdir)}: is below ${textOfBytes(shadow)}, where shadow repos live`, {
      remedy: 'observe another directory, or put shadow repos elsewhere',
    });
  }
  const isEntered = tracking === 'enter-subdirs' || tracking === 'bundle-subdirs';
  if (isEntered && places.pathFrom(realdir, shadow) !== null) {
    throw new FsoError(`${textOfBytes(shadow)}: is below the realdir ${textOfBytes(realdir)}, which would record it`, {
      remedy: 'put shadow repos elsewhere, or use ignore-subdirs or ignore-most',
    });
  }
}

/**
 * Creates the shadow repo of a realdir below the shadow root, or returns the one that it has. Two
 * processes that try at the same time get the same one.
 *
 * @throws FsoError if the realdir is no directory, overlaps with the shadow root, or has several, and if root would
 *   create what a service user owns
 */
export async function createBelowRoot(
  location: ShadowLocation,
  realdir: ByteString,
  options: CreateOptions,
): Promise<{ readonly repo: ShadowRepo; readonly created: boolean }> {
  const { roots = [] } = options;
  requireRealdir(realdir, boundsOf(realdir, roots));
  refuseRootForShadowRoot(location.root);
  const gate = new Gate({ shadowRoot: location.root, roots });
  const existing = findShadowRepo(location, realdir, gate);
  if (existing !== null) return { repo: openAt(existing, realdir, gate), created: false };
  // Before anything is made, since that might be below the realdir.
  refuseOverlap(realdir, location.root, options.tracking);
  const { shadowMode = CLOSED } = options;
  makeShadowRoot(location, shadowMode);
  return creations.take(async () => {
    const lock = await lockShadowRoot(location.root, options);
    try {
      const raced = findShadowRepo(location, realdir, gate);
      if (raced !== null) return { repo: openAt(raced, realdir, gate), created: false };
      return { repo: await createIn(location, realdir, options, gate), created: true };
    } finally {
      lock.release();
    }
  });
}

async function createIn(location: ShadowLocation, realdir: ByteString, options: CreateOptions, gate: Gate): Promise<ShadowRepo> {
  const { shadowMode = CLOSED } = options;
  const mirror = makeMirrors(location, realdir, shadowMode);
  const uuid = options.uuid ?? randomUUID();
  const final = joinPath(mirror, `${uuid}.fso`);
  const temporary = joinPath(mirror, temporaryName(uuid));
  removeTemporaries(mirror);
  try {
    const mode = makeDirectoryWith(temporary, accessOf(realdir, location, shadowMode));
    buildRepo(
      temporary,
      mode,
      { realdir, bounds: boundsOf(realdir, options.roots ?? []), uuid, stub: initialStub(options.tracking) },
      options,
    );
    renameSync(fsPath(temporary), fsPath(final));
    fsyncDirectory(mirror);
  } catch (error) {
    rmSync(fsPath(temporary), { recursive: true, force: true });
    throw writeFailure(final, error);
  }
  return ShadowRepo.open(final, gate);
}
