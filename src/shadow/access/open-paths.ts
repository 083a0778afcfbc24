import type { Stats } from 'node:fs';
import { lstatSync } from 'node:fs';
import { fileModeOf, PRIVATE_DIRECTORY } from '../../storage/file-mode.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import type { Access, ShadowMode } from './access.js';
import { accessOf, excessOf, gitDirectoryMode } from './access.js';
import { readableNamesIn } from '../layout/directory-names.js';
import { listShadowRepos } from '../layout/list-repos.js';
import type { ShadowLocation } from '../layout/locate.js';
import { isShadowName } from '../layout/locate.js';
import { mirrorsOf } from '../create/mirrors.js';
import { ShadowRepo } from '../shadow-repo.js';
import { STUB_FILE_NAMES } from '../stub/stub-files.js';

/** A file or directory that allows group and others more than it may. */
export interface OpenPath {
  readonly path: ByteString;
  /** The permission bits that are too many. */
  readonly excess: number;
}

/** Something below a shadow root that has one access: state of git-fso, a directory of the tree, or a shadow repo. */
export interface ShadowPlace {
  readonly kind: 'state' | 'mirror' | 'repo';
  readonly path: ByteString;
  readonly access: Access;
}

const PRIVATE: Access = { mode: PRIVATE_DIRECTORY, gid: null };

/** Locks and what only git-fso reads, below the Git directory. */
const STATE = 'fso';

/** What git-fso has in the shadow root itself: `.git-fso/`, the lock with its records. */
const ROOT_STATE = /^\.git-fso(\.lock.*)?$/;

const NOT_SEEN = ['ENOENT', 'ENOTDIR', 'EACCES'];

function statOf(path: ByteString): Stats | null {
  return unlessErrno(NOT_SEEN, null, () => lstatSync(fsPath(path)));
}

function isRealDirectory(path: ByteString): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** Links have no mode of their own. A file with several names may be somewhere else, too, where it must stay readable. */
function excessAt(stat: Stats, access: Access): number {
  if (stat.isDirectory()) return excessOf(stat, access);
  if (!stat.isFile() || stat.nlink > 1) return 0;
  const isProgram = (stat.mode & 0o100) !== 0;
  return excessOf(stat, { ...access, mode: isProgram ? access.mode : fileModeOf(access.mode) });
}

function* look(path: ByteString, access: Access): Generator<OpenPath> {
  const stat = statOf(path);
  const excess = stat === null ? 0 : excessAt(stat, access);
  if (excess !== 0) yield { path, excess };
}

/** A directory is read after it was told, so that whoever closes it at once sees what nobody else can change any more. */
function* lookBelow(top: ByteString, access: Access): Generator<OpenPath> {
  const pending = [{ path: top, access }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield* look(next.path, next.access);
    if (!isRealDirectory(next.path)) continue;
    for (const name of readableNamesIn(next.path)) {
      const isState = next.path === top && name === STATE;
      pending.push({ path: joinPath(next.path, name), access: isState ? PRIVATE : next.access });
    }
  }
}

/** What is too open in one place, parents first. */
export function* openPathsOf({ kind, path, access }: ShadowPlace): Generator<OpenPath> {
  if (kind === 'mirror') yield* look(path, access);
  else if (kind === 'state') yield* lookBelow(path, access);
  else {
    // Another directory than one that git-fso has made may be open for reasons of its own.
    if (isShadowName(path.slice(path.lastIndexOf('/') + 1))) yield* look(path, access);
    const inside = { ...access, mode: gitDirectoryMode(access.mode) };
    yield* lookBelow(joinPath(path, '.git'), inside);
    for (const name of STUB_FILE_NAMES) yield* look(joinPath(path, name), inside);
  }
}

/**
 * All places below a shadow root, parents first; the root itself is one if it holds nothing else. What is not
 * git-fso's is left out, and so is what is below a link.
 * @param newNames of real directories that have another name now, whose access counts
 */
export function* shadowPlaces(
  location: ShadowLocation,
  shadowMode: ShadowMode,
  newNames: ReadonlyMap<ByteString, ByteString> = new Map(),
): Generator<ShadowPlace> {
  const { root, trimHostRoot } = location;
  const accessBy = (real: ByteString): Access => accessOf(newNames.get(real) ?? real, location, shadowMode);
  const top = trimHostRoot === '' ? '/' : trimHostRoot;
  const mirrors = new Map<ByteString, ByteString>();
  const repos: { readonly directory: ByteString; readonly realdir: ByteString }[] = [];
  for (const { directory, mirrored } of listShadowRepos(location, top)) {
    const realdir = shadowMode === 'mirror' ? realdirOf(directory) ?? mirrored : mirrored;
    repos.push({ directory, realdir });
    for (const { shadow, real } of mirrorsOf(location, realdir)) mirrors.set(shadow, real);
  }
  const names = readableNamesIn(root);
  const isOurs = (name: ByteString): boolean => ROOT_STATE.test(name) || isShadowName(name) || mirrors.has(joinPath(root, name));
  if (names.every(isOurs)) yield { kind: 'mirror', path: root, access: accessBy(top) };
  for (const name of names.filter((one) => ROOT_STATE.test(one))) yield { kind: 'state', path: joinPath(root, name), access: PRIVATE };
  const reached = new Set([root]);
  for (const [path, real] of [...mirrors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!reached.has(path.slice(0, path.lastIndexOf('/')) || '/') || !isRealDirectory(path)) continue;
    reached.add(path);
    yield { kind: 'mirror', path, access: accessBy(real) };
  }
  for (const { directory, realdir } of repos) {
    if (!reached.has(directory.slice(0, directory.lastIndexOf('/')) || '/') || !isRealDirectory(directory)) continue;
    yield { kind: 'repo', path: directory, access: accessBy(realdir) };
  }
}

/** Null for one that cannot be opened; its place tells which directory it is about. */
function realdirOf(directory: ByteString): ByteString | null {
  try {
    return ShadowRepo.open(directory).realdir;
  } catch {
    return null;
  }
}
