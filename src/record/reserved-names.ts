import type { ByteString } from '../util/byte-string.js';

/**
 * True for names that are never recorded from a realdir: they start with `.git` or `.nog`. On a
 * branch, such entries come from the stub, or are `.nogtree`.
 */
export function isReserved(name: ByteString): boolean {
  return name.startsWith('.git') || name.startsWith('.nog');
}

const RESERVED_COMPONENT = /(?:^|\/)\.(?:git|nog)/;

/** True if a component of the path is such a name. */
export function isReservedPath(path: ByteString): boolean {
  return RESERVED_COMPONENT.test(path);
}
