import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';

/** The toplevel directory cannot be read, or not any more: what is not found below it has not vanished. */
export class ToplevelLostError extends FsoError {
  override readonly name = 'ToplevelLostError';

  constructor(root: ByteString, reason: string, cause?: unknown) {
    super(`${textOfBytes(root)}: ${reason}`, {
      remedy: 'nothing was recorded; check permissions, and that the filesystem is mounted',
      cause,
    });
  }
}

/** Runs a call on the toplevel directory. @throws ToplevelLostError instead of a system error */
export function atToplevel<T>(root: ByteString, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ToplevelLostError(root, `cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
