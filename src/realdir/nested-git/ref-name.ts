import type { ByteString } from '../../util/byte-string.js';

const FORBIDDEN = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[./]$/;

/**
 * True for names that git-check-ref-format(1) accepts below `refs/`. Such a name leads nowhere but
 * below the directory `refs`, symbolic links aside.
 */
export function isRefBelowRefs(name: ByteString): boolean {
  return name.startsWith('refs/') && !FORBIDDEN.test(name);
}
