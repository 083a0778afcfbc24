import { closeSync, futimesSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { writeFailure } from '../git/write-failure.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import type { Facet } from './branches.js';

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
    const fd = openSync(fsPath(path), 'w');
    try {
      writeSync(fd, seconds === null ? '' : `${seconds.toFixed(3)} ${visited ?? ''}\n`);
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

/** The last run of a facet that ended this way, with the time that it took; null if there was none. */
export function readRunMark(gitDir: ByteString, outcome: RunOutcome, facet: Facet): RunMark | null {
  const path = fsPath(markFile(gitDir, outcome, facet));
  return unlessErrno(['ENOENT'], null, () => {
    const [seconds, visited] = readFileSync(path, 'latin1').split(' ').map(Number.parseFloat);
    return { at: statSync(path).mtime, seconds: finite(seconds), visited: finite(visited) };
  });
}

/** When a run of a facet last ended this way; null if none did. */
export function timeOfRun(gitDir: ByteString, outcome: RunOutcome, facet: Facet): Date | null {
  const stat = statSync(fsPath(markFile(gitDir, outcome, facet)), { throwIfNoEntry: false });
  return stat?.mtime ?? null;
}
