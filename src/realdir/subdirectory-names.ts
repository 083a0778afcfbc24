import { readdirSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { lstatEntry } from './lstat.js';

/**
 * Names of the subdirectories of a directory, in no order; symbolic links do not count. System
 * errors are thrown.
 */
export function subdirectoryNames(directory: ByteString): ByteString[] {
  try {
    const entries = readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    // Also where the filesystem does not tell types: Node then looks names up that are not UTF-8 in vain.
    const names = readdirSync(fsPath(directory), 'latin1');
    return names.filter((name) => lstatEntry(joinPath(directory, name))?.kind === 'directory');
  }
}
