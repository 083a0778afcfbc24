import { closeSync, constants, fchmodSync, fsyncSync, openSync, renameSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { PRIVATE_FILE } from './file-mode.js';
import { openStored } from './stored-file.js';
import { removeQuietly } from './durable-file.js';

/**
 * Has a file written by a library that takes a path: under another name, closed to others, synced, renamed.
 * @param write given a path that leads to the file, whatever the names above it are
 */
export async function writeThrough(
  directory: ByteString,
  names: { readonly temporary: string; readonly final: string },
  write: (path: string) => Promise<void>,
): Promise<void> {
  const held = openSync(fsPath(directory), constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const temporary = joinPath(directory, names.temporary);
  try {
    await write(`/proc/self/fd/${held}/${names.temporary}`);
    const { fd } = openStored(temporary, constants.O_RDWR);
    try {
      fchmodSync(fd, PRIVATE_FILE);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(fsPath(temporary), fsPath(joinPath(directory, names.final)));
  } finally {
    closeSync(held);
    removeQuietly(temporary);
  }
}
