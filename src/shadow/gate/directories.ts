import type { Stats } from 'node:fs';
import { lstatSync } from 'node:fs';
import { ForeignFileError } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';

/** All directories of a Git directory that git-fso opens, creates, replaces or removes files in. */
const DIRECTORIES = [
  'fso', 'objects', 'objects/info', 'objects/pack',
  'refs', 'refs/fso', 'refs/heads', 'logs', 'logs/refs', 'logs/refs/heads',
] as const;

/**
 * Makes sure that no directory that git-fso uses in a Git directory is a symbolic link. Files are opened so that a
 * link is not followed, and what is in other directories only Git opens, which gets to see plain repositories only.
 * @param inspect is told what each of them is, and the `config`
 * @throws ForeignFileError that names what is there instead
 */
export function requirePlainDirectories(gitDir: ByteString, inspect: (path: ByteString, stat: Stats) => void): void {
  for (const name of DIRECTORIES) {
    const path = joinPath(gitDir, name);
    const stat = lstatSync(fsPath(path), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (!stat.isDirectory())
      throw new ForeignFileError(path, `is ${stat.isSymbolicLink() ? 'a symbolic link' : 'a file'} where a directory should be`);
    inspect(path, stat);
  }
  const config = joinPath(gitDir, 'config');
  const stat = lstatSync(fsPath(config), { throwIfNoEntry: false });
  if (stat !== undefined) inspect(config, stat);
}
