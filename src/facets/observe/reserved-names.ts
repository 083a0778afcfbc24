import type { ByteString } from '../../util/byte-string.js';

const DOT = 46;
const RESERVED_COMPONENT = /(?:^|\/)\.(?:git|nog)/;

/**
 * True for names that are never tracked from the realdir: they start with `.git` or `.nog`. On a
 * branch such entries come from the stub, or are `.nogtree`.
 */
export function isReserved(name: ByteString): boolean {
  return name.charCodeAt(0) === DOT && (name.startsWith('.git') || name.startsWith('.nog'));
}

/** True if a component of the path is such a name. */
export function isReservedPath(path: ByteString): boolean {
  return RESERVED_COMPONENT.test(path);
}
