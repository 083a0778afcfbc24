import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { geteuid } from 'node:process';

const USUAL = '/tmp';
const WRITE_FOR_GROUP_AND_OTHERS = 0o022;
const STICKY = 0o1000;
const ROOT = 0;

let directory = USUAL;

/**
 * Takes the directory for temporary files from the environment; to be called once, at the start. It may be that of
 * another user: su(1) and sudo(8) can leave TMPDIR as it was. Who owns it, or a directory above it, could put something else
 * in the place of what we make there, and have that used; so such a one does not count.
 */
export function useTemporaryDirectory(path: string | undefined): void {
  directory = path !== undefined && isOurs(path) ? path : USUAL;
}

/** Where temporary files go, as an absolute path. */
export function temporaryDirectory(): string {
  return directory;
}

function isOurs(path: string): boolean {
  if (!isAbsolute(path)) return false;
  try {
    for (let place = realpathSync(path); ; place = dirname(place)) {
      const { uid, mode } = statSync(place);
      const isWritableForOthers = (mode & WRITE_FOR_GROUP_AND_OTHERS) !== 0 && (mode & STICKY) === 0;
      if ((uid !== ROOT && uid !== geteuid?.()) || isWritableForOthers) return false;
      if (place === '/') return true;
    }
  } catch {
    return false;
  }
}
