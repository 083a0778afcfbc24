import { readdirSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { lstatEntry } from '../stat/lstat.js';

/** Names in a directory, in no order. */
export interface EntryNames {
  readonly directories: ByteString[];
  /** Regular files and symbolic links, whatever these lead to. */
  readonly files: ByteString[];
}

/** Names of what is in a directory; sockets, FIFOs and devices are left out. System errors are thrown. */
export function entryNames(directory: ByteString): EntryNames {
  const names: EntryNames = { directories: [], files: [] };
  try {
    for (const entry of readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true })) {
      if (entry.isDirectory()) names.directories.push(entry.name);
      else if (entry.isFile() || entry.isSymbolicLink()) names.files.push(entry.name);
    }
    return names;
  } catch {
    // Also where the filesystem does not tell types: Node then looks names up that are not UTF-8 in vain.
    const found: EntryNames = { directories: [], files: [] };
    for (const name of readdirSync(fsPath(directory), 'latin1')) {
      const kind = lstatEntry(joinPath(directory, name))?.kind;
      if (kind === 'directory') found.directories.push(name);
      else if (kind === 'file' || kind === 'symlink') found.files.push(name);
    }
    return found;
  }
}
