import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { fsyncDirectory } from '../git/durable-file.js';
import { writeFailure } from '../git/write-failure.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import type { CreateOptions } from './create.js';
import { refuseOverlap, requireRealdir } from './create.js';
import { buildRepo } from './new-repo.js';
import { isRunning } from '../util/process-alive.js';
import { ShadowRepo } from './shadow-repo.js';
import { initialStub, STUB_FILE_NAMES } from './stub-files.js';

/** Temporary directory of an init: its number is the process that makes it. */
const TEMPORARY = /^\.git-fso-init-(\d+)$/;

/**
 * Removes what an init that was killed has left in a directory.
 * @throws FsoError if anything else is there
 */
function requireEmpty(directory: ByteString): void {
  const names = readdirSync(fsPath(directory), 'latin1');
  const leftover = names.filter((name) => !isRunning(Number(TEMPORARY.exec(name)?.[1] ?? process.pid)));
  const ours = leftover.length === 0 ? [] : [...leftover, ...STUB_FILE_NAMES];
  const foreign = names.filter((name) => !ours.includes(name));
  if (foreign.length > 0) {
    throw new FsoError(`${textOfBytes(directory)}: not empty`, {
      remedy: 'change to an empty directory, or use --shadow <shadow root>',
    });
  }
  for (const name of names) rmSync(fsPath(joinPath(directory, name)), { recursive: true });
}

/**
 * Creates a shadow repo in an existing, empty directory.
 * @throws FsoError if the directory is not empty, or the realdir is no directory or overlaps with it
 */
export async function createHere(
  directory: ByteString,
  realdir: ByteString,
  options: CreateOptions,
): Promise<ShadowRepo> {
  requireRealdir(realdir);
  refuseOverlap(realdir, directory, options.tracking);
  requireEmpty(directory);
  const temporary = joinPath(directory, `.git-fso-init-${process.pid}`);
  const stub = initialStub(options.tracking);
  const moved: ByteString[] = [];
  const move = (name: ByteString): void => {
    moved.push(joinPath(directory, name));
    renameSync(fsPath(joinPath(temporary, name)), fsPath(joinPath(directory, name)));
  };
  try {
    mkdirSync(fsPath(temporary));
    const { mode } = statSync(fsPath(directory));
    await buildRepo(temporary, mode, { realdir, uuid: options.uuid ?? randomUUID(), stub }, options);
    for (const name of STUB_FILE_NAMES.filter((file) => stub[file] !== undefined)) move(name);
    fsyncDirectory(directory);
    // It comes last: with it the repo is complete.
    move('.git');
    rmdirSync(fsPath(temporary));
    fsyncDirectory(directory);
  } catch (error) {
    for (const path of [temporary, ...moved]) rmSync(fsPath(path), { recursive: true, force: true });
    throw writeFailure(directory, error);
  }
  return ShadowRepo.open(directory);
}
