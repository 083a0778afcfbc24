import { textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError, errnoOf } from '../util/errors.js';
import { reasonOf, remedyOf } from '../util/system-errors/system-error.js';

/**
 * An error about a path that could not be written: says which, why in words, and what to do. What the system has not
 * said is a mistake of ours, and stays as it is, with its stack.
 */
export function writeFailure(path: ByteString, error: unknown): Error {
  if (error instanceof FsoError || (error instanceof Error && errnoOf(error) === undefined)) return error;
  const remedy = remedyOf(error, 'write');
  return new FsoError(`${textOfBytes(path)}: cannot be written: ${reasonOf(error)}`, {
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** True for an error of `writeFailure` that says that the filesystem is mounted read-only. */
export function isReadOnlyFailure(error: unknown): boolean {
  return error instanceof FsoError && errnoOf(error.cause) === 'EROFS';
}
