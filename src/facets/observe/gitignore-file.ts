import type { DirectoryCursor } from '../../realdir/directory-cursor.js';
import { readBounded } from '../../realdir/read-bounded.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { ObservationEvents } from './context.js';

/** Ignore files are read up to this size, in bytes; real ones have a few kilobytes. */
const MAX_GITIGNORE = 32 * 1024 * 1024;

/** The `.gitignore` of the cursor's directory, null if there is none that can be read. */
export function readGitignore(cursor: DirectoryCursor, path: ByteString, events: ObservationEvents): Buffer | null {
  const file = joinPath(path, '.gitignore');
  try {
    const content = readBounded(cursor.reach('.gitignore'), MAX_GITIGNORE);
    if (content?.truncated === true) {
      events.onWarning(file, `only the first ${MAX_GITIGNORE} bytes of rules are applied`);
    }
    return content?.bytes ?? null;
  } catch (error) {
    events.onProblem(file, error);
    return null;
  }
}
