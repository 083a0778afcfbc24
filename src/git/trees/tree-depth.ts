import { textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';

/** So many directories in one another Git allows in a tree (core.maxTreeDepth); what is deeper is recorded as a summary. */
export const MAX_TREE_DEPTH = 2048;
/** Facets that combine others are deeper by a directory or two. */
const MAX_READ_DEPTH = 2100;
/** So much of a path says where it is; all of it may be longer than a screen. */
const SHOWN_BYTES = 100;

/** A recorded tree is deeper than any that git-fso makes. */
class TreeTooDeepError extends FsoError {
  override readonly name = 'TreeTooDeepError';

  constructor(path: ByteString) {
    const place = `${textOfBytes(path.slice(0, SHOWN_BYTES))}${path.length > SHOWN_BYTES ? '…' : ''}`;
    super(`${place}: is recorded deeper than ${MAX_READ_DEPTH} directories`, {
      remedy: 'git-fso has not recorded that: do not use this repository if it comes from elsewhere; ' +
        'else look at its branches with git log, and set the one that is wrong back with git update-ref',
    });
  }
}

/**
 * To be called by whatever walks through a recorded tree, before it goes down: a tree that a stranger has made can have
 * any depth, and what is kept for each level, on the stack or elsewhere, would have no bounds.
 * @param depth directories above this one; the toplevel has 0
 * @param path of this one, for the message
 * @throws TreeTooDeepError
 */
export function requireTreeDepth(depth: number, path: ByteString): void {
  if (depth > MAX_READ_DEPTH) throw new TreeTooDeepError(path);
}
