import { existsSync, renameSync, rmSync } from 'node:fs';
import { directoryOf, fsyncDirectory, writeFileDurable } from '../../storage/durable-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { Facet } from '../facets.js';
import { isDirectory } from './directory-names.js';

/** Programs of git-fso 0.1.0 in the Git directory, without which it neither starts `stat` nor hashes a file. */
const PROGRAMS = 'fso/bin';

/** The bare repository that it runs `sha` in; it makes a new one if there is none. */
const SHA_WORKSHOP = 'fso/sha.git';

/** What rename(2) says where a directory is that is not empty. */
const OCCUPIED = ['ENOTEMPTY', 'EEXIST'];

const WORKSHOP_NOTICE =
  'This shadow repo was taken over from git-fso 0.1.0, whose index files do not agree with the branches any more.\n' +
  'This file keeps its `git-fso sha` from starting. The present git-fso gives the repo back: git-fso handback\n';

/**
 * Who a shadow repo belongs to: git-fso 0.1.0 made it and may work on it (`original`), it was taken over
 * from it (`taken-over`), or it never was that one's (`own`).
 */
export type Origin = 'original' | 'taken-over' | 'own';

/** The index file in which git-fso 0.1.0 keeps what it knows of the files of a facet. */
export function indexFileOf(gitDir: ByteString, facet: Facet): ByteString {
  return joinPath(gitDir, `index-${facet}`);
}

/** Who the shadow repo belongs to. */
export function originOf(gitDir: ByteString): Origin {
  const { programs, aside, workshop } = placesIn(gitDir);
  const isBlocked = exists(workshop) && !isDirectory(workshop);
  if (exists(aside) || isBlocked) return 'taken-over';
  return exists(programs) ? 'original' : 'own';
}

/**
 * Makes git-fso 0.1.0 refuse to work on a shadow repo, before a branch moves: it would take its index
 * files, which are stale from then on, for the truth, and record the old state anew. A crash in
 * between leaves it working or refusing, and the branches as they are; the next call goes on.
 * @returns true if the repo was the original's until now
 */
export function takeOver(gitDir: ByteString): boolean {
  const { programs, aside, workshop } = placesIn(gitDir);
  if (!exists(programs)) return false;
  try {
    // All that is in there follows from the rest, and it is made anew where it is missing.
    if (isDirectory(workshop)) rmSync(fsPath(workshop), { recursive: true, force: true });
    writeFileDurable(workshop, WORKSHOP_NOTICE);
    moveAside(programs, aside);
    fsyncDirectory(directoryOf(programs));
    return true;
  } catch (error) {
    // Another process of ours was faster.
    if (errnoOf(error) === 'ENOENT' && !exists(programs)) return false;
    throw writeFailure(programs, error);
  }
}

/** What is there already goes only if something else comes: another process may have put it there just now. */
function moveAside(programs: ByteString, aside: ByteString): void {
  try {
    renameSync(fsPath(programs), fsPath(aside));
  } catch (error) {
    if (!OCCUPIED.includes(errnoOf(error) ?? '')) throw error;
    rmSync(fsPath(aside), { recursive: true, force: true });
    renameSync(fsPath(programs), fsPath(aside));
  }
}

/**
 * Lets git-fso 0.1.0 work on a shadow repo again. Its index files must agree with the branches by now.
 * After a crash in between the repo still counts as taken over, and the same call goes on.
 */
export function giveBack(gitDir: ByteString): void {
  const { programs, aside, workshop } = placesIn(gitDir);
  try {
    if (exists(programs)) rmSync(fsPath(aside), { recursive: true, force: true });
    else if (exists(aside)) renameSync(fsPath(aside), fsPath(programs));
    fsyncDirectory(directoryOf(programs));
    if (!isDirectory(workshop)) rmSync(fsPath(workshop), { force: true });
    fsyncDirectory(directoryOf(workshop));
  } catch (error) {
    throw writeFailure(programs, error);
  }
}

function placesIn(gitDir: ByteString): { readonly programs: ByteString; readonly aside: ByteString; readonly workshop: ByteString } {
  const programs = joinPath(gitDir, PROGRAMS);
  return { programs, aside: `${programs}.aside`, workshop: joinPath(gitDir, SHA_WORKSHOP) };
}

function exists(path: ByteString): boolean {
  return existsSync(fsPath(path));
}
