import { FsoError } from '../../util/errors.js';

/** A root, or what is mounted below it, is not as it was: what is seen there must not be recorded. */
export class RootError extends FsoError {
  override readonly name = 'RootError';
}
