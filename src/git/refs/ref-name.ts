import { FsoError } from '../../util/errors.js';

// What git-check-ref-format(1) forbids; control characters include the newline.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock\/|\.lock$|[./]$/;
const SPECIAL = /^[A-Z][A-Z_]*$/;

/** True for names that may be used as a path below the `.git` directory: `HEAD` and the like, and `refs/…`. */
export function isSafeRefName(name: string): boolean {
  return SPECIAL.test(name) || (name.startsWith('refs/') && !FORBIDDEN.test(name));
}

/** @throws FsoError if the name is not that of a ref (git-check-ref-format(1)). */
export function checkRefName(name: string): void {
  if (!isSafeRefName(name)) throw new FsoError(`not the full name of a ref: ${JSON.stringify(name)}`);
}
