import { closeSync, constants, openSync } from 'node:fs';
import { chdir } from 'node:process';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, isTextInUtf8, plainTextOfBytes } from '../../util/byte-string.js';
import { whenFree } from '../../util/process/scarce.js';

/** Opens the working directory, to come back to it; null where that is not possible. */
export function openHere(): number | null {
  try {
    return whenFree(() => openSync('.', constants.O_RDONLY | constants.O_DIRECTORY));
  } catch {
    return null;
  }
}

/** Makes an open directory the working directory. System errors are thrown. */
export function changeToOpen(fd: number): void {
  chdir(`/proc/self/fd/${fd}`);
}

/** Makes a directory the working directory, whatever bytes its name has. System errors are thrown. */
export function changeDirectory(name: ByteString): void {
  if (isTextInUtf8(name)) {
    chdir(plainTextOfBytes(name));
    return;
  }
  // Node takes working directories as text only; a descriptor has no name to spoil.
  const fd = whenFree(() => openSync(fsPath(name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW));
  try {
    changeToOpen(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes the first of these directories that can be entered the working directory. */
export function changeToFirst(first: string, otherwise: string): void {
  try {
    chdir(first);
  } catch {
    chdir(otherwise);
  }
}
