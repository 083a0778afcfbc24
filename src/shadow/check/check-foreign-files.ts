import { foreignFiles, foreignInWorkTree } from '../../git/process/plain-repository.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { Finding } from './check-finding.js';
import { RESTORE } from './check-finding.js';

/**
 * Checks for links, FIFOs and the like, which neither git-fso nor Git makes in a Git directory, and for what Git must not meet in the work
 * tree. Nothing else is looked at where there are any.
 */
export function* checkForeignFiles(directory: ByteString): Generator<Finding> {
  for (const place of [...foreignFiles(joinPath(directory, '.git')), ...foreignInWorkTree(directory)]) {
    const what = 'neither a directory nor a regular file of a shadow repo, so nothing else is looked at';
    yield { severity: 'error', place, what, remedy: `find out who has put it there, and remove it; if that is not known, ${RESTORE}` };
  }
}
