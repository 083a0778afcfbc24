import { mkdirSync, renameSync } from 'node:fs';
import { fsyncDirectory } from '../../storage/durable-file.js';
import { PRIVATE_DIRECTORY } from '../../storage/file-mode.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** Where damaged files go, below the Git directory. */
export const DAMAGED = 'fso/damaged';

/** Moves a damaged file of the Git directory out of the way; its path there becomes its name. */
export function putAside(gitDir: ByteString, file: ByteString): void {
  const directory = joinPath(gitDir, DAMAGED);
  unlessErrno(['EEXIST'], undefined, () => mkdirSync(fsPath(directory), PRIVATE_DIRECTORY));
  renameSync(fsPath(joinPath(gitDir, file)), fsPath(joinPath(directory, file.replaceAll('/', '-'))));
  fsyncDirectory(directory);
}
