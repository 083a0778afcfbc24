import { lstatSync, rmSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import type { Finding } from './check-finding.js';
import { directoriesBelow, namesIn } from '../layout/directory-names.js';
import { findLeftovers } from '../gc/leftovers.js';

/** A lock of Git that is older than this, in milliseconds, is hardly in use. */
const LOCK_AGE_MAX_MS = 10 * 60_000;

/**
 * Checks for files of killed git-fso processes, which harm nobody: runs pass over them, and gc
 * removes them. Locks of Git do not tell whose they are; without proof that nobody uses it, a lock stays.
 *
 * @param isBusy whether git-fso processes are at work, so that their files are not left over
 * @param now in milliseconds
 */
export function* checkLeftovers(directory: ByteString, isBusy: boolean, now: number): Generator<Finding> {
  const leftovers = [...findLeftovers(directory)];
  for (const { path, what } of isBusy ? [] : leftovers) {
    const repair = (): void => rmSync(fsPath(path), { recursive: true, force: true });
    const remedy = 'remove it, as `git-fso gc` does';
    yield { severity: 'note', place: path, what: `${what}, left by a process that was killed`, remedy, repair };
  }
  const ours = new Set(leftovers.map(({ path }) => path));
  const gitDir = joinPath(directory, '.git');
  for (const place of [gitDir, ...directoriesBelow(joinPath(gitDir, 'refs'))]) {
    for (const name of namesIn(place).filter((one) => one.endsWith('.lock'))) {
      const path = joinPath(place, name);
      const age = unlessErrno(['ENOENT'], 0, () => now - lstatSync(fsPath(path)).mtimeMs);
      if (ours.has(path) || age < LOCK_AGE_MAX_MS) continue;
      const what = `a lock that was taken ${Math.round(age / 60_000)} minutes ago`;
      yield { severity: 'error', place: path, what, remedy: 'if no Git process works on this repo any more, remove the file' };
    }
  }
}
