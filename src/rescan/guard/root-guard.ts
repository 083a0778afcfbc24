import { opendirSync, statSync } from 'node:fs';
import type { HeldRealdir } from '../../realdir/reach/held-realdir.js';
import { listShadowRepos } from '../../shadow/layout/list-repos.js';
import { isReadOnlyFailure } from '../../storage/write-failure.js';
import type { ShadowLocation } from '../../shadow/layout/locate.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { parsedJson } from '../../util/text/parsed-json.js';
import { reasonOf, remedyOf, systemFailure } from '../../util/system-errors/system-error.js';
import type { Mount } from '../../shadow/mounts/mount-table.js';
import { mountOf } from '../../shadow/mounts/mount-table.js';
import { StateDirectory, stateFileOf } from '../../shadow/remembered/state-directory.js';
import { MOUNT_OR_ACCEPT, MountsBelow } from './mounts-below.js';
import { RootError } from './root-error.js';

/** What a root is, to notice that another filesystem is in its place. */
interface RootState {
  readonly path: string;
  readonly device: number;
  /** Its number on the device, which may need 64 bits; null where an older version has not remembered it. */
  readonly inode: string | null;
  readonly mount: Mount | null;
  /** True if there was nothing in it. */
  readonly empty: boolean;
}

/** What is remembered of a root. */
interface RootMemory extends RootState {
  /** Where other filesystems are, or were, mounted below it. */
  readonly mountsBelow: readonly ByteString[];
}

/** Null where nothing is remembered, or what is was damaged. */
function recall(directory: StateDirectory, root: ByteString): RootMemory | null {
  let text: string;
  try {
    text = directory.read(stateFileOf(root));
  } catch (error) {
    throw systemFailure(error) ?? error;
  }
  const { path, device, inode, mount, empty, mountsBelow } = parsedJson(text);
  if (typeof path !== 'string' || typeof device !== 'number' || typeof empty !== 'boolean' || typeof mount !== 'object') return null;
  return {
    path, device, inode: typeof inode === 'string' ? inode : null, mount: mount as Mount | null, empty,
    mountsBelow: Array.isArray(mountsBelow) ? mountsBelow.filter((point) => typeof point === 'string') : [],
  };
}

/** Reads no more than it must: roots may have very many entries. */
function isEmpty(directory: ByteString): boolean {
  const entries = opendirSync(fsPath(directory));
  try {
    return entries.readSync() === null;
  } finally {
    entries.closeSync();
  }
}

const MOUNT_OR_REMOVE = 'mount its filesystem, or remove the root from the configuration';

function lookAt(root: ByteString, isFilled = false): Pick<RootState, 'device' | 'inode' | 'empty'> {
  try {
    const stat = statSync(fsPath(root), { bigint: true });
    if (stat.isDirectory()) return { device: Number(stat.dev), inode: String(stat.ino), empty: !isFilled && isEmpty(root) };
  } catch (error) {
    const reason = errnoOf(error) === 'ENOENT' ? 'does not exist' : reasonOf(error);
    throw new RootError(`${textOfBytes(root)}: ${reason}; nothing below it is recorded`, {
      remedy: errnoOf(error) === 'ENOENT' ? MOUNT_OR_REMOVE : (remedyOf(error) ?? MOUNT_OR_REMOVE),
      cause: error,
    });
  }
  throw new RootError(`${textOfBytes(root)}: not a directory; nothing below it is recorded`, {
    remedy: 'correct the path of the root in the configuration',
  });
}

function observe(root: ByteString): RootState {
  return { path: textOfBytes(root), ...lookAt(root), mount: mountOf(root) };
}

/**
 * Device numbers may differ after a reboot, the source of a mount may have several names, and a directory
 * may be another one after a restore. What a bind mount has covered is on the same device, perhaps.
 */
function isSameFilesystem(a: RootState, b: RootState): boolean {
  if (a.device === b.device && (a.inode === null || a.inode === b.inode)) return true;
  if (a.mount === null || b.mount === null) return a.device === b.device;
  return JSON.stringify(a.mount) === JSON.stringify(b.mount);
}

/** A root that was found to be what it was before. */
export interface RootGuard {
  /** The number of its device, stat(2). */
  readonly device: number;
  /** Remembers the root as it is, for the next run; to be called when it was rescanned. */
  remember(): void;
  /**
   * @param isFilled something was reached below the root just now, so that it need not be looked whether it is empty
   * @throws RootError if the root is not any more what it was when it was looked at
   */
  confirm(isFilled?: boolean): void;
  /** Where filesystems were mounted below the root, from which something was recorded, and nothing is mounted now. */
  unmounted(): ByteString[];
  /** @throws FsoError if a realdir below the root was on a filesystem of its own, which is not mounted now */
  confirmMounted(realdir: ByteString): void;
  /**
   * Remembers the filesystem of a realdir, which may be mounted since the root was looked at, before anything is recorded from it. It may
   * be held already.
   */
  rememberMount(realdir: ByteString, held?: HeldRealdir): void;
}

/**
 * Refuses a root that is missing, that is empty although repos below it are known, or that is on
 * another filesystem than last time: most likely it is not mounted, and its repos must not be
 * recorded as deleted.
 *
 * @param acceptEmpty records what is there now, whatever was there before
 * @throws RootError
 */
export function guardRoot(location: ShadowLocation, root: ByteString, acceptEmpty: boolean): RootGuard {
  const now = observe(root);
  const directory = new StateDirectory(location.root, 'roots');
  const before = recall(directory, root);
  const refuse = (reason: string): never => {
    throw new RootError(`${textOfBytes(root)}: ${reason}; nothing below it is recorded`, { remedy: MOUNT_OR_ACCEPT });
  };
  const compare = (earlier: RootState, later: RootState): void => {
    if (!isSameFilesystem(earlier, later)) refuse('is on another filesystem than before');
  };
  if (!acceptEmpty) {
    if (before !== null) compare(before, now);
    const isEmptied = now.empty && before?.empty !== true && listShadowRepos(location, root).next().done !== true;
    if (isEmptied) refuse('is empty, which it was not before');
  }
  const mounts = new MountsBelow(root, now.device, acceptEmpty ? [] : (before?.mountsBelow ?? []));
  const isRecorded = (point: ByteString): boolean => listShadowRepos(location, point).next().done !== true;
  let remembered = before === null ? null : JSON.stringify(before);
  const remember = (): void => {
    const memory: RootMemory = { ...now, mountsBelow: mounts.worthKeeping(isRecorded) };
    if (remembered === JSON.stringify(memory)) return;
    try {
      directory.write(stateFileOf(root), `${JSON.stringify(memory, null, 2)}\n`);
    } catch (error) {
      // Nothing is recorded on such a filesystem either, and that is told elsewhere.
      if (!isReadOnlyFailure(error)) throw error;
    }
    remembered = JSON.stringify(memory);
  };
  return {
    device: now.device,
    unmounted: () => mounts.lost(isRecorded),
    remember,
    confirmMounted: (realdir) => mounts.require(realdir),
    rememberMount: (realdir, held) => {
      if (mounts.learn(realdir, held)) remember();
    },
    confirm: (isFilled = false) => {
      const later = lookAt(root, isFilled);
      if (later.device !== now.device || later.inode !== now.inode) compare(now, observe(root));
      if (later.empty && !now.empty) refuse('is empty, which it was not before');
    },
  };
}
