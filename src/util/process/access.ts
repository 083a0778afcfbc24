import { accessSync, closeSync, openSync } from 'node:fs';
import type { ByteString } from '../byte-string.js';
import { fsPath } from '../byte-string.js';
import { errnoOf } from '../errors.js';

/** open(2), `O_PATH`; Node has no constant for it. */
const O_PATH = 0o10000000;

/**
 * Like access(2), which asks what a user may without the capabilities that the process has beyond him: that is right for
 * writing, but would say of everything in a closed directory that it cannot be reached. Here the way there counts as the process goes it.
 * @throws system errors
 */
export function accessItself(path: ByteString, mode: number): void {
  try {
    accessSync(fsPath(path), mode);
    return;
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
  }
  const fd = openSync(fsPath(path), O_PATH);
  try {
    accessSync(`/proc/self/fd/${fd}`, mode);
  } finally {
    closeSync(fd);
  }
}
