import type { ByteString } from '../../util/byte-string.js';

/** Something about a shadow repo that is not as it should be. */
export interface Finding {
  /** Notes are harmless, or concern what an administrator may want. */
  readonly severity: 'error' | 'note';
  /** A file, a ref, or a path in a commit as `master-stat:dir/file`. */
  readonly place: ByteString;
  readonly what: string;
  /** What to do about it; null if nothing needs to be done. */
  readonly remedy: string | null;
  /** Puts it in order without guessing; to be called under the exclusive lock. */
  readonly repair?: () => void | Promise<void>;
}

/** How to get objects back, which no repair can invent. */
export const RESTORE =
  'get the objects back from a clone or backup of the shadow repo (`git fetch`); else set the branch back to ' +
  'its last complete commit with `git update-ref`, and the next run records what has changed since';
