import { fstatSync } from 'node:fs';
import { writeFileDurable } from '../../storage/durable-file.js';
import { readStoredText } from '../../storage/stored-file.js';
import type { Bounds } from '../../realdir/reach/reach.js';
import { heldIn, withRealdir } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { parsedJson } from '../../util/text/parsed-json.js';
import type { ShadowRepo } from '../shadow-repo.js';

/** Which directory a realdir is, whatever its path: numbers of stat(2), as digits, since they may need 64 bits. */
export interface RealdirIdentity {
  readonly device: string;
  readonly inode: string;
  /** When it was made, in nanoseconds, since numbers of deleted directories are used again; `0` where the filesystem does not say. */
  readonly birth: string;
}

const FILE = 'fso/realdir-identity';
/** Three numbers are shorter. */
const MAX_BYTES = 4096;
const UNKNOWN = '0';

/** The file in which a shadow repo remembers which directory its realdir is. */
export function identityPath(shadow: ByteString): ByteString {
  return joinPath(shadow, `.git/${FILE}`);
}

/** The identity of a directory; null if it is not there, or cannot be reached. */
export function identityOf(realdir: ByteString, bounds: Bounds): RealdirIdentity | null {
  try {
    const stat = withRealdir(realdir, bounds, (_place, fd) => fstatSync(fd, { bigint: true }));
    return stat.isDirectory() ? { device: String(stat.dev), inode: String(stat.ino), birth: String(stat.birthtimeNs) } : null;
  } catch {
    return null;
  }
}

/** True if both are the same directory. */
export function isSameDirectory(a: RealdirIdentity, b: RealdirIdentity): boolean {
  const birthsDiffer = a.birth !== b.birth && a.birth !== UNKNOWN && b.birth !== UNKNOWN;
  return a.device === b.device && a.inode === b.inode && !birthsDiffer;
}

/** The text of the file that keeps an identity, with the path of the file below the Git directory. */
export function identityFile(realdir: ByteString, bounds: Bounds): { readonly path: ByteString; readonly text: string } | null {
  const identity = identityOf(realdir, bounds);
  return identity === null ? null : { path: FILE, text: `${JSON.stringify(identity)}\n` };
}

/** Which directory the realdir of a shadow repo was when it was last looked at; null if that is not known. */
export function recallIdentity(gitDir: ByteString): RealdirIdentity | null {
  const { device, inode, birth } = parsedJson(textOf(joinPath(gitDir, FILE)));
  return typeof device === 'string' && typeof inode === 'string' && typeof birth === 'string' ? { device, inode, birth } : null;
}

/**
 * Remembers which directory the realdir is, so that it is recognised under another name. Written, durably, only
 * where it differs; a missing realdir leaves what is known. That it cannot be written is no failure: a run that finds
 * nothing else to write works on read-only filesystems, too.
 */
export function rememberIdentity({ gitDir, realdir, bounds }: ShadowRepo): void {
  const held = heldIn(bounds, realdir) === null ? undefined : bounds.held;
  // The facet before has seen to it.
  if (held?.isRemembered === true) return;
  try {
    const file = identityFile(realdir, bounds);
    if (file === null) return;
    if (textOf(joinPath(gitDir, FILE)) !== file.text) writeFileDurable(joinPath(gitDir, FILE), file.text);
    if (held !== undefined) held.isRemembered = true;
  } catch {
    // The next run tries again.
  }
}

function textOf(file: ByteString): string {
  try {
    return readStoredText(file, MAX_BYTES);
  } catch {
    return '';
  }
}
