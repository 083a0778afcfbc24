import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { quietly } from '../util/errors.js';
import { temporaryDirectory } from '../util/process/temporary-directory.js';
import { PRIVATE_FILE } from './file-mode.js';

/** A directory for what a program has no memory for; it goes with `remove`. */
export interface SpillDirectory {
  readonly path: string;
  /** Makes an empty file in it, and returns its path. */
  makeFile(name: string): string;
  remove(): void;
}

/** For nobody else, where temporary files go. */
export function makeSpillDirectory(): SpillDirectory {
  const path = mkdtempSync(`${temporaryDirectory()}/git-fso-`);
  const makeFile = (name: string): string => {
    closeSync(openSync(`${path}/${name}`, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, PRIVATE_FILE));
    return `${path}/${name}`;
  };
  return { path, makeFile, remove: () => quietly(() => rmSync(path, { recursive: true, force: true })) };
}
