import { closeSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf, isAtOrBelow, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { fuseMounts, fuseOnTheWay } from './fuse-mounts.js';
import { HeldRealdir } from './held-realdir.js';
import { holdBelow, holdDirectory, holdNamed, LinkError, namesOf, naming, pathOf, placeOf } from './open-step.js';
import { ToplevelLostError } from '../walk/toplevel-lost.js';
import { trustedTarget } from './trusted-link.js';

/** From where a realdir is reached. */
export interface Bounds {
  /** The configured root that contains it; null by hand, where none does. */
  readonly root: ByteString | null;
  /** FUSE filesystems that are mounted below the root are entered, too; without a root below the realdir. */
  readonly entersFuse?: boolean | undefined;
  /** What was reached already, for as long as it is held; used instead of reaching it again by whoever only looks. */
  readonly held?: HeldRealdir | undefined;
}

/** What a configured root says about the realdirs in it. */
export interface ConfiguredRoot {
  readonly path: ByteString;
  readonly entersFuse?: boolean | undefined;
}

/** No root contains the realdir: an administrator has named it. */
export const BY_HAND: Bounds = { root: null };

/** The bounds of a realdir, given the configured roots: the innermost one that contains it counts. */
export function boundsOf(path: ByteString, roots: readonly ConfiguredRoot[]): Bounds {
  const around = roots.filter((root) => isAtOrBelow(path, root.path));
  const [first, ...others] = around;
  if (first === undefined) return BY_HAND;
  const { path: root, entersFuse } = others.reduce((found, each) => (each.path.length > found.path.length ? each : found), first);
  return { root, entersFuse };
}

/** As many as the kernel follows: path_resolution(7). */
const MAX_LINKS = 40;

const GONE = ['ENOENT', 'ENOTDIR'];

/**
 * Takes hold, from the root on, of a directory that somebody else may swap at any time, to be used through its descriptor
 * (`placeOf`), which the caller closes. Below the root no symbolic link is followed; the root itself is what the
 * administrator has named. Without a root a link is followed if root or whoever runs this owns it.
 * @param path absolute
 * @throws LinkError at another symbolic link; system errors
 */
export function holdRealdir(path: ByteString, { root, entersFuse = false }: Bounds): number {
  if (root === null) return holdByHand(path);
  if (!isAtOrBelow(path, root)) throw new FsoError(`${textOfBytes(path)}: is not below the root ${textOfBytes(root)}`);
  const top = holdNamed(root);
  const names = namesOf(path.slice(root.length));
  if (!entersFuse && fuseMounts().length > 0 && names.length > 0) refuseFuse(path, pathOf(top), names, top);
  return holdBelow(top, names, root);
}

/** A realdir may be a FUSE filesystem, but not be in one that is mounted below the root. */
function refuseFuse(path: ByteString, root: ByteString, names: readonly ByteString[], top: number): void {
  const point = fuseOnTheWay(root, directoryOf(names.reduce(joinPath, root)));
  if (point === null) return;
  closeSync(top);
  throw new ToplevelLostError(path, `is in the FUSE filesystem at ${textOfBytes(point)}, which is not entered`, undefined,
    'what is recorded stays; set `fuse: enter` for its root in the configuration if it shall be recorded');
}

/**
 * Takes hold of a realdir, passes a path to it on that nobody can lead elsewhere, and lets it go. Errors are like those of `holdRealdir`.
 */
export function withRealdir<T>(path: ByteString, bounds: Bounds, use: (place: ByteString, fd: number) => T): T {
  const held = heldIn(bounds, path);
  if (held !== null) return use(placeOf(held), held);
  const fd = holdRealdir(path, bounds);
  try {
    return use(placeOf(fd), fd);
  } finally {
    closeSync(fd);
  }
}

/** The descriptor of a realdir that is held already; null if it is not. */
export function heldIn({ held }: Bounds, path: ByteString): number | null {
  return held?.path === path ? held.fd : null;
}

/**
 * Reaches a realdir for what is to be asked about it; null if it is missing, or cannot be reached: whoever reads it says why.
 * @throws FsoError if something is on the way to it that must not be followed or entered
 */
export function reachRealdir(path: ByteString, bounds: Bounds): HeldRealdir | null {
  try {
    return new HeldRealdir(path, holdRealdir(path, bounds));
  } catch (error) {
    if (error instanceof FsoError) throw error;
    return null;
  }
}

/** False if a realdir does not exist; true also if it cannot be reached, for whatever reason. */
export function existsRealdir(path: ByteString, bounds: Bounds): boolean {
  try {
    return withRealdir(path, bounds, () => true);
  } catch (error) {
    return !GONE.includes(errnoOf(error) ?? '');
  }
}

function holdByHand(path: ByteString): number {
  const pending = namesOf(path).reverse();
  let fd = holdDirectory('/');
  let at: ByteString = '/';
  let links = 0;
  try {
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const place = joinPath(placeOf(fd), name);
      at = joinPath(at, name);
      let next: number;
      try {
        next = naming(at, () => holdDirectory(place));
      } catch (error) {
        const link = errnoOf(error) === 'ENOTDIR' ? trustedTarget(place) : null;
        if (link === null) throw error;
        links += 1;
        if (link === 'foreign') throw new LinkError(path, at, 'is a symbolic link of somebody else, which is not followed');
        if (link === 'changing' || links > MAX_LINKS) throw new LinkError(path, at, 'is a symbolic link that leads nowhere');
        pending.push(...namesOf(link.target).reverse());
        if (!link.target.startsWith('/')) continue;
        next = holdDirectory('/');
      }
      closeSync(fd);
      fd = next;
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
