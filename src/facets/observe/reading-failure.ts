import { DamagedObjectError, MissingObjectError } from '../../git/objects/object-errors.js';
import { ToplevelLostError } from '../../realdir/walk/toplevel-lost.js';

const FATAL = [ToplevelLostError, DamagedObjectError, MissingObjectError];

/**
 * Throws what nobody may take for the failure of one path: all of the realdir is gone, so that nothing of it can be told from
 * what was deleted, or the shadow repo is damaged. Each `catch` around a call that reads a realdir begins with it.
 */
export function throwIfFatal(error: unknown): void {
  if (FATAL.some((each) => error instanceof each)) throw error;
}
