import type { ByteString } from './byte-string.js';
import { textOfBytes } from './byte-string.js';
import { FsoError, UsageError } from './errors.js';

/**
 * Runs `action`; an FsoError, or UsageError, gets the path in front of its message, so that whoever reads it knows
 * which record is damaged.
 */
export function atPath<T>(path: ByteString, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    const options = { cause: error, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
    const message = `${path === '' ? '.' : textOfBytes(path)}: ${error.message}`;
    throw error instanceof UsageError ? new UsageError(message, options) : new FsoError(message, options);
  }
}
