import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import { cutToRoom, IGNORE_ROOM } from '../../realdir/ignore/ignore-rules.js';
import { readBounded } from '../../realdir/read/read-bounded.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { ObservationEvents } from './events.js';
import { throwIfFatal } from './reading-failure.js';

/**
 * The `.gitignore` of the cursor's directory, null if there is none that can be read.
 * @param outer the scope of the parent directory, which says how much of it counts; null for the toplevel
 */
export function readGitignore(
  cursor: DirectoryCursor,
  path: ByteString,
  outer: IgnoreScope | null,
  events: ObservationEvents,
): Buffer | null {
  const file = joinPath(path, '.gitignore');
  try {
    const room = outer?.room ?? IGNORE_ROOM;
    const content = readBounded(cursor.reach('.gitignore'), room.bytes);
    if (content === null) return null;
    const applied = cutToRoom(content.bytes, room);
    if (content.truncated || applied.length < content.bytes.length) {
      events.onWarning(file, `only the first ${applied.length} bytes of rules are applied`);
    }
    return applied;
  } catch (error) {
    throwIfFatal(error);
    events.onProblem(file, error);
    return null;
  }
}
