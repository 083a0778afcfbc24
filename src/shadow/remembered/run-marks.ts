import { closeSync, constants, fstatSync, ftruncateSync, futimesSync, lstatSync, readFileSync, writeSync } from 'node:fs';
import { PRIVATE_FILE } from '../../storage/file-mode.js';
import { openStored } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import type { Facet } from '../facets.js';

/** How a run of a facet ended: with all that there is, or with a part of it, because its limit was reached. */
export type RunOutcome = 'success' | 'partial';

/** The last run of a facet that ended in one way. */
export interface RunMark {
  readonly at: Date;
  /** How long it took; null if that is not known. */
  readonly seconds: number | null;
  /** Entries of the realdir that were looked at; null if that is not known. */
  readonly visited: number | null;
}

/** Two numbers. */
const MAX_MARK_BYTES = 256;

function markFile(gitDir: ByteString, outcome: RunOutcome, facet: Facet): ByteString {
  return joinPath(gitDir, `fso/${outcome}-${facet}`);
}

/**
 * Remembers that a run of a facet has ended. Not synced: after a power failure the facet may be
 * due again, which costs a run that finds nothing.
 * @throws FsoError if the shadow repo cannot be written
 */
export function markRun(gitDir: ByteString, outcome: RunOutcome, facet: Facet, { at, seconds, visited }: RunMark): void {
  const path = markFile(gitDir, outcome, facet);
  try {
    const { fd, size } = openStored(path, constants.O_WRONLY | constants.O_CREAT, PRIVATE_FILE);
    const text = seconds === null ? '' : `${seconds.toFixed(3)} ${visited ?? ''}\n`;
    try {
      writeSync(fd, text);
      // Cutting it off before writing has some filesystems write it to the disk at once.
      if (size > text.length) ftruncateSync(fd, text.length);
      futimesSync(fd, at, at);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * The last run of a facet that ended this way, with the time that it took; null if there was none. @throws ForeignFileError if it is no
 * regular file
 */
export function readRunMark(gitDir: ByteString, outcome: RunOutcome, facet: Facet): RunMark | null {
  const path = markFile(gitDir, outcome, facet);
  const file = unlessErrno(['ENOENT', 'EISDIR'], null, () => openStored(path));
  if (file === null) return null;
  const { fd, size } = file;
  try {
    const text = size > MAX_MARK_BYTES ? '' : readFileSync(fd, 'latin1');
    const [seconds, visited] = text.split(' ').map(Number.parseFloat);
    return { at: fstatSync(fd).mtime, seconds: finite(seconds), visited: finite(visited) };
  } finally {
    closeSync(fd);
  }
}

/** When a run of a facet last ended this way; null if none did. */
export function timeOfRun(gitDir: ByteString, outcome: RunOutcome, facet: Facet): Date | null {
  const stat = lstatSync(fsPath(markFile(gitDir, outcome, facet)), { throwIfNoEntry: false });
  return stat?.mtime ?? null;
}
