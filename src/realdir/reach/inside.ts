import { closeSync, fstatSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, fsPath, isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { fuseMounts, fuseOnTheWay } from './fuse-mounts.js';
import type { EntryKind } from '../stat/lstat.js';
import { lstatEntry } from '../stat/lstat.js';
import { holdBelow, holdDirectory, holdEntry, holdNamed, namesOf, placeOf } from './open-step.js';
import { NO_FILE } from '../read/read-bounded.js';
import type { Bounds } from './reach.js';
import { holdRealdir } from './reach.js';

/** Where the search for a repository may look. */
export interface Ground {
  /** Absolute path of the realdir, in which symbolic links and pointers may lead anywhere. */
  readonly realdir: ByteString;
  readonly bounds: Bounds;
}

/** A held directory from which paths are walked. */
interface Start {
  readonly fd: number;
  /** Absolute, without symbolic links. */
  readonly path: ByteString;
}

/** What a path leads to: held, not there, or where nothing may be looked at. */
export type Held = { readonly fd: number } | 'missing' | 'outside';

/** Uses what is held, and lets it go; null if nothing is. */
export function using<T>(held: Held, use: (fd: number) => T): T | null {
  if (typeof held === 'string') return null;
  try {
    return use(held.fd);
  } finally {
    closeSync(held.fd);
  }
}

/** As many as the kernel follows: path_resolution(7). */
const MAX_LINKS = 40;

/** Resolves `.` and `..`, which without symbolic links is a matter of names. */
function normalised(path: ByteString): ByteString {
  const names: ByteString[] = [];
  for (const name of namesOf(path)) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  return `/${names.join('/')}`;
}

/** Where something that is held is now, without symbolic links. */
export function pathOf(fd: number): ByteString {
  return readlinkSync(placeOf(fd), 'latin1');
}

/**
 * Walks paths as the kernel would, but step by step, and without ever looking outside of the realdir: whether
 * a path out there exists is nobody's business who can write a link. What is held is what is used.
 */
export class Inside {
  private readonly starts: Start[];
  private top: Start | null = null;

  /** @param dir a directory in the realdir, by any path that is valid now */
  constructor(
    dir: ByteString,
    private readonly ground: Ground,
  ) {
    const fd = holdDirectory(joinPath(dir, '.'));
    this.starts = [{ fd, path: pathOf(fd) }];
  }

  /** Absolute path of the directory, without symbolic links. */
  get dir(): ByteString {
    return this.starts[0]?.path ?? '/';
  }

  close(): void {
    for (const { fd } of this.starts.splice(0)) closeSync(fd);
  }

  /** Takes hold of what is at an absolute path; a symbolic link there is followed. System errors such as EACCES are thrown. */
  hold(path: ByteString): Held {
    let links = 0;
    let wanted = normalised(path);
    for (;;) {
      const start = this.startFor(wanted);
      if (start === null) return 'outside';
      const found = this.walk(start, namesOf(wanted.slice(start.path.length)));
      if (typeof found !== 'string') return found;
      if (found === '') return 'missing';
      wanted = normalised(found);
      links += 1;
      if (links > MAX_LINKS) return 'missing';
    }
  }

  /** What is at an absolute path; a symbolic link there is not followed. System errors such as EACCES are thrown. */
  kindOf(path: ByteString): EntryKind | 'missing' | 'below a file' | 'outside' {
    const held = this.hold(directoryOf(path));
    if (held === 'outside') return held;
    if (held === 'missing') return this.kindOf(directoryOf(path)) === 'below a file' ? 'below a file' : 'missing';
    return using(held, (fd) => {
      if (!fstatSync(fd).isDirectory()) return 'below a file';
      return lstatEntry(joinPath(placeOf(fd), baseOf(path)))?.kind ?? 'missing';
    }) ?? 'missing';
  }

  /**
   * Also admits what is below another directory of the root, if it belongs to `owner` and no symbolic link leads
   * there: who names his own repository tells nothing that is not his.
   * @returns false if it may not be looked at, for whatever reason
   */
  admit(path: ByteString, owner: number): boolean {
    const { root } = this.ground.bounds;
    if (root === null) return false;
    const fd = holdNamed(root);
    let held: number;
    try {
      const names = relativeNames(normalised(path), [root, pathOf(fd)]);
      if (names === null || this.isForeign(pathOf(fd), names.reduce(joinPath, pathOf(fd)))) return false;
      held = holdBelow(holdDirectory(`${placeOf(fd)}/.`), names, root);
    } catch {
      return false;
    } finally {
      closeSync(fd);
    }
    const isOwn = fstatSync(held).uid === owner;
    if (isOwn) this.starts.push({ fd: held, path: normalised(path) });
    else closeSync(held);
    return isOwn;
  }

  /** The innermost held directory that contains the path. */
  private startFor(path: ByteString): Start | null {
    let found: Start | null = null;
    for (const start of this.starts) {
      if (isAtOrBelow(path, start.path) && (found === null || start.path.length > found.path.length)) found = start;
    }
    if (found !== null) return found;
    const { realdir, bounds } = this.ground;
    if (this.top === null) {
      const fd = holdRealdir(realdir, bounds);
      this.top = { fd, path: pathOf(fd) };
      this.starts.push(this.top);
    }
    if (isAtOrBelow(path, this.top.path)) return this.top;
    // As the administrator has named it, which may be through a link.
    return isAtOrBelow(path, realdir) ? { fd: this.top.fd, path: realdir } : null;
  }

  /** True for a FUSE filesystem below a directory, which may not answer. */
  private isForeign(start: ByteString, path: ByteString): boolean {
    return this.ground.bounds.entersFuse !== true && fuseMounts().length > 0 && fuseOnTheWay(start, path) !== null;
  }

  /** Returns what is held, the path to go on with after a symbolic link, or an empty one if nothing is there. */
  private walk(start: Start, names: readonly ByteString[]): { readonly fd: number } | ByteString {
    let fd = holdDirectory(`${placeOf(start.fd)}/.`);
    let at = start.path;
    for (const [index, name] of names.entries()) {
      const from = fd;
      const place = joinPath(placeOf(from), name);
      try {
        if (this.isForeign(start.path, joinPath(at, name))) return '';
        fd = holdEntry(place);
        if (fstatSync(fd).isSymbolicLink()) {
          closeSync(fd);
          const target = readlinkSync(fsPath(place), 'latin1');
          return [target.startsWith('/') ? target : joinPath(at, target), ...names.slice(index + 1)].join('/');
        }
      } catch (error) {
        if (NO_FILE.includes(errnoOf(error) ?? '') || errnoOf(error) === 'EINVAL') return '';
        throw error;
      } finally {
        closeSync(from);
      }
      at = joinPath(at, name);
    }
    return { fd };
  }
}

function relativeNames(path: ByteString, ancestors: readonly ByteString[]): ByteString[] | null {
  const ancestor = ancestors.find((each) => isAtOrBelow(path, each));
  return ancestor === undefined ? null : namesOf(path.slice(ancestor.length));
}
