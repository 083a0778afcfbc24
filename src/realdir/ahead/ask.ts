import { constants, lstat } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { PreciseStat } from '../stat/lstat.js';
import { preciseStat } from '../stat/lstat.js';

/** How directories are opened ahead: never by a symbolic link. */
export const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What lstat(2) answered, and since when that is true: null for an entry that is not there. */
export type Answer = { readonly at: number } & ({ readonly stat: PreciseStat | null } | { readonly error: unknown });

export const BIGINTS = { bigint: true } as const;

/** Asks for the status of an entry in another thread. */
export function ask(path: ByteString, answer: (answer: Answer) => void): void {
  const at = performance.now();
  lstat(fsPath(path), BIGINTS, (error, stat) => {
    if (error === null) answer({ at, stat: preciseStat(stat) });
    else if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) answer({ at, stat: null });
    else answer({ at, error });
  });
}
