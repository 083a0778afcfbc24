import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';

/** The toplevel directory cannot be read, or not any more: what is not found below it has not vanished. */
export class ToplevelLostError extends FsoError {
  override readonly name: string = 'ToplevelLostError';

  constructor(
    root: ByteString,
    reason: string,
    cause?: unknown,
    remedy = 'nothing was recorded; check permissions, and that the filesystem is mounted',
  ) {
    super(`${textOfBytes(root)}: ${reason}`, { remedy, cause });
  }
}

/** Runs a call on the toplevel directory. @throws ToplevelLostError instead of a system error */
export function atToplevel<T>(root: ByteString, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ToplevelLostError) throw error;
    throw new ToplevelLostError(root, `cannot be read: ${reasonOf(error)}`, error);
  }
}
