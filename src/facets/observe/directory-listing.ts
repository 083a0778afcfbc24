import type { TreeEntry } from '../../git/trees/tree-codec.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import type { NestedRepo } from '../../realdir/nested-git/nested-repo.js';
import { inspectRepo } from '../../realdir/nested-git/nested-repo.js';
import { confirmGone, descendUnlessGone, HiddenDirectoryError } from '../../realdir/walk/hidden-directory.js';
import { doubledWarning } from '../../realdir/walk/listed-names.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { ObservationContext } from './context.js';
import { isTree } from './diff/directory-edit.js';
import { readGitignore } from './gitignore-file.js';
import type { EnteredDirectory } from './recorder.js';

/** How often a directory that lists nothing is listed, if something that is recorded in it is there. */
const EMPTY_LOOKS = 8;

const NO_REPO: NestedRepo = { isRepo: false };

/** What is in a directory, and what it is. */
export interface Inside {
  readonly names: ByteString[];
  readonly repo: NestedRepo;
}

/** What an observation reads of directories as a whole. System errors are thrown. */
export class DirectoryListing {
  constructor(private readonly context: Pick<ObservationContext<unknown>, 'cursor' | 'events' | 'reader'>) {}

  /**
   * The names in the cursor's directory.
   * @throws HiddenDirectoryError if it lists nothing, although something that is recorded in it is there
   */
  names(path: ByteString, recordedOid: Oid | null): ByteString[] {
    const { cursor, events, reader } = this.context;
    const isThere = ({ name }: TreeEntry): boolean => !isReserved(name) && cursor.lstat(name) !== null;
    // Somebody may just be moving things away and back.
    for (let look = 0; look < EMPTY_LOOKS; look += 1) {
      const names = cursor.names((doubled) => events.onWarning(path, doubledWarning(doubled)));
      if (names.length > 0 || recordedOid === null || !reader.readTree(recordedOid).some(isThere)) return names;
    }
    throw new HiddenDirectoryError();
  }

  /** The `.gitignore` of the cursor's directory, whose names are given; see `readGitignore`. */
  gitignore(path: ByteString, names: readonly ByteString[], outer: IgnoreScope | null): Buffer | null {
    return names.includes('.gitignore') ? readGitignore(this.context.cursor, path, outer, this.context.events) : null;
  }

  /**
   * Enters a directory and finds out what it is; null if it has vanished. If something cannot be
   * read, the cursor stays where it was.
   */
  enter(directory: EnteredDirectory, recorded: TreeEntry | undefined, mayBeRepo: boolean): Inside | null {
    const { cursor } = this.context;
    if (!descendUnlessGone(cursor, directory.name, directory.stat)) return null;
    try {
      const names = this.names(directory.path, recorded !== undefined && isTree(recorded) ? recorded.oid : null);
      const repo = mayBeRepo && names.includes('.git') ? inspectRepo(cursor.reach('.'), cursor.ground) : NO_REPO;
      return { names, repo };
    } catch (error) {
      cursor.ascend();
      if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
      confirmGone(cursor, directory.name, directory.stat, error);
      return null;
    }
  }
}
