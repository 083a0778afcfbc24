import { isAtOrBelow } from '../../shadow/layout/locate.js';
import { Places } from '../../shadow/layout/places.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import type { Root, Site } from '../site.js';

/** A root that must not be recorded where it is, and why. */
export interface MisplacedRoot {
  /** Index among the roots of the site. */
  readonly index: number;
  readonly message: string;
}

/** Finds the path from a directory to what is at or below it; null if that is elsewhere. */
type PathFinder = (directory: ByteString, place: ByteString) => ByteString | null;

/** Compares paths as they are written, without looking at any filesystem. */
export const pathAsWritten: PathFinder = (directory, place) => {
  return isAtOrBelow(place, directory) ? place.slice(directory.length).replace(/^\//, '') : null;
};

/** Names both paths where it is not obvious from them that one is below the other. */
function describeLink(directory: ByteString, place: ByteString, isBelow: string): string {
  const through = isAtOrBelow(place, directory) ? '' : ', through a symbolic link or a mount';
  return `${textOfBytes(place)} is ${isBelow} ${textOfBytes(directory)}${through}`;
}

/** Roots that would record the shadow root: follows the naming rule from the root to there. */
function shadowInRoot({ location }: Site, root: Root, find: PathFinder): string | null {
  const below = find(root.path, location.root);
  if (below === null) return null;
  const names = below.split('/').filter((name) => name !== '');
  const link = isAtOrBelow(location.root, root.path) ? '' : ' through a symbolic link or a mount';
  const about = `the shadow root ${textOfBytes(location.root)} is below this root${link}`;
  for (let depth = 0; depth <= names.length; depth++) {
    const path = names.slice(0, depth).join('/');
    const decision = root.namingRule.decide(textOfBytes(path || '.'), depth, () => false);
    if (decision.event === 'candidate') {
      const realdir = path === '' ? root.path : joinPath(root.path, path);
      if (depth === names.length) return `${about} and would itself be a repo; ignore it in the patterns or put it elsewhere`;
      const tracking = root.initPolicy?.trackingOf(realdir) ?? 'enter-subdirs';
      if (tracking === 'enter-subdirs' || tracking === 'bundle-subdirs') {
        return `${about}, in the repo ${textOfBytes(realdir)}, which would record it (${tracking}); put it elsewhere or use ignore-subdirs`;
      }
    }
    if (!decision.enter) return null;
  }
  return `${about}, which would look for repos in it; ignore it in the patterns or put it elsewhere`;
}

/** Finds roots that would record the shadow root. */
export function rootsWithShadow(site: Site, find: PathFinder): MisplacedRoot[] {
  return site.roots.flatMap((root, index) => {
    const message = shadowInRoot(site, root, find);
    return message === null ? [] : [{ index, message }];
  });
}

/** What is wrong with the place of a root, but for the shadow root in it. */
function misplaced(site: Site, index: number, places: Places): string | null {
  const { path } = site.roots[index]!;
  const { root: shadow } = site.location;
  if (places.pathFrom(shadow, path) !== null) return describeLink(shadow, path, 'in the shadow root');
  for (const [other, { path: otherPath }] of site.roots.entries()) {
    const below = other === index ? null : places.pathFrom(otherPath, path);
    if (below === '' && other < index)
      return `${textOfBytes(path)} is the same directory as ${textOfBytes(otherPath)}, the path of roots[${other}]`;
    if (below !== null && below !== '') {
      return `${describeLink(otherPath, path, 'below')}, the path of roots[${other}]; roots must not contain one another`;
    }
  }
  return null;
}

/**
 * Finds roots that are, or contain, the shadow root or one another, through whatever symbolic links and bind mounts. They need not
 * exist.
 */
export function misplacedRoots(site: Site): MisplacedRoot[] {
  const places = new Places();
  const found = site.roots.flatMap((_, index) => {
    const message = misplaced(site, index, places);
    return message === null ? [] : [{ index, message }];
  });
  return [...found, ...rootsWithShadow(site, (directory, place) => places.pathFrom(directory, place))];
}

/** Roots and the shadow root are in one another, so that what is written there would be in somebody's directory. */
export class PlaceError extends UsageError {
  override readonly name = 'PlaceError';
  override readonly code = 'Place';
}

/**
 * Looks where the roots and the shadow root are now, before anything is written.
 * @throws PlaceError if they are in one another
 */
export function requirePlaces(site: Site): void {
  const [first] = misplacedRoots(site);
  if (first === undefined) return;
  throw new PlaceError(`${textOfBytes(site.roots[first.index]!.path)}: ${first.message}`, {
    remedy: 'correct the configuration, or the links and mounts; nothing was written',
  });
}

/**
 * Looks where one root and the shadow root are now, again and again, since links may change.
 * @throws PlaceError if they are in one another
 */
export function requirePlaceOf(site: Site, root: Root): void {
  requirePlaces({ ...site, roots: [root] });
}
