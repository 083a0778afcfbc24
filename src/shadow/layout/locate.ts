import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';

export { isAtOrBelow } from '../../util/byte-string.js';

const SHADOW_NAME = /^[0-9a-fA-F-]{36}\.fso$/;

/** Where shadow repos live, and what is cut off a realdir before it is mirrored there. */
export interface ShadowLocation {
  /** Absolute path of the shadow root. */
  readonly root: ByteString;
  /** Prefix that is removed from realdirs, for example `/mnt/export`; empty for none. */
  readonly trimHostRoot: ByteString;
}

/** True for the name of the directory of a shadow repo. */
export function isShadowName(name: ByteString): boolean {
  return SHADOW_NAME.test(name);
}

/** The directory below the shadow root that mirrors a realdir (NOE-18, Shadow filesystem layout). */
export function mirrorOf(location: ShadowLocation, realdir: ByteString): ByteString {
  const { root, trimHostRoot } = location;
  const isTrimmed = trimHostRoot !== '' && trimHostRoot !== '/' && isAtOrBelow(realdir, trimHostRoot);
  const rest = isTrimmed ? realdir.slice(trimHostRoot.length) : realdir;
  return rest === '' || rest === '/' ? root : joinPath(root, rest.slice(1));
}

/**
 * The location below which a shadow repo has the place that mirrors a realdir; null if it has another
 * place.
 * @param directory absolute path of the shadow repo
 */
export function locationOf(directory: ByteString, realdir: ByteString, trimHostRoot: ByteString): ShadowLocation | null {
  const slash = directory.lastIndexOf('/');
  if (!isShadowName(directory.slice(slash + 1))) return null;
  const mirror = directory.slice(0, slash);
  const inside = mirrorOf({ root: '/', trimHostRoot }, realdir);
  if (inside === '/') return { root: mirror, trimHostRoot };
  return mirror.endsWith(inside) ? { root: mirror.slice(0, -inside.length) || '/', trimHostRoot } : null;
}
