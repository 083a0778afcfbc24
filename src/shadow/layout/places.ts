import { lstatSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { isAtOrBelow } from './locate.js';
import type { MountedAt } from '../mounts/mount-table.js';
import { mountedAt } from '../mounts/mount-table.js';

/** As many symbolic links as the kernel follows, path_resolution(7). */
const MOST_LINKS = 40;

function linkTarget(path: ByteString): ByteString | null {
  // What may not be entered can hold no place of ours either; whoever goes there will say so. EINVAL: it is no link any more.
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'], null, () => {
    return lstatSync(fsPath(path)).isSymbolicLink() ? readlinkSync(fsPath(path), 'latin1') : null;
  });
}

/**
 * Where an absolute path leads, without symbolic links. Unlike realpath(3), also for what does not exist yet: a link
 * that leads nowhere is followed all the same, since whoever creates directories would follow it.
 * @throws FsoError if links lead round in circles
 */
function realPlace(path: ByteString): ByteString {
  const ahead = path.split('/').reverse();
  let place = '';
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      place = place.slice(0, Math.max(place.lastIndexOf('/'), 0));
      continue;
    }
    const target = linkTarget(`${place}/${name}`);
    if (target === null) {
      place = `${place}/${name}`;
      continue;
    }
    if (++links > MOST_LINKS)
      throw new FsoError(`${textOfBytes(path)}: too many symbolic links`, { remedy: 'remove links that lead in circles' });
    if (target.startsWith('/')) place = '';
    ahead.push(...target.split('/').reverse());
  }
  return place === '' ? '/' : place;
}

/** A path from one directory to another one at or below it. */
function relative(path: ByteString, ancestor: ByteString): ByteString {
  return path.slice(ancestor.length).replace(/^\//, '');
}

/** Where directories lead, as it is now: to be made anew for every look, since each path is looked at once. */
export class Places {
  private readonly table = mountedAt();
  private readonly real = new Map<ByteString, ByteString>();
  private readonly views = new Map<ByteString, readonly MountedAt[]>();
  private readonly chains = new Map<ByteString, readonly MountedAt[]>();

  /**
   * Under which path, relative to a directory, one comes from there to a place, through whatever symbolic links
   * and bind mounts: empty if it is that directory. Null if the place is not below it. Neither need exist.
   * @throws FsoError if links lead round in circles
   */
  pathFrom(directory: ByteString, place: ByteString): ByteString | null {
    const from = memoized(this.real, directory, realPlace);
    const to = memoized(this.real, place, realPlace);
    if (isAtOrBelow(to, from)) return relative(to, from);
    const views = memoized(this.views, from, () => this.viewsOf(from));
    for (const known of memoized(this.chains, to, () => this.chainOf(to))) {
      const view = views.find(({ device, path }) => device === known.device && isAtOrBelow(known.path, path));
      if (view === undefined) continue;
      return [relative(view.point, from), relative(known.path, view.path), relative(to, known.point)]
        .filter((part) => part !== '')
        .join('/');
    }
    return null;
  }

  /** What one sees from a directory on: its part of its filesystem, and what is mounted below. The same may be mounted elsewhere, too. */
  private viewsOf(directory: ByteString): MountedAt[] {
    const own = this.table.find(directory);
    return [...(own === null ? [] : [own]), ...this.table.below(directory)];
  }

  /** Where a path and the directories above it are on their filesystems, from below. */
  private chainOf(path: ByteString): MountedAt[] {
    const names = path.split('/').filter((name) => name !== '');
    const above = ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)].reverse();
    return above.flatMap((each) => this.table.find(each) ?? []);
  }
}

function memoized<Value>(memory: Map<ByteString, Value>, key: ByteString, make: (key: ByteString) => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = make(key);
  memory.set(key, value);
  return value;
}
