import type { ByteString } from '../../util/byte-string.js';

/** A realdir that has another name now: it was recognised by device and inode. */
export interface Rename {
  readonly from: ByteString;
  readonly to: ByteString;
  /** The new name has no shadow repo: nothing is created there, and the records of the old name stay, until somebody decides. */
  readonly isOpen: boolean;
  /** Has the shadow repo of the old name follow, as a line for sh. */
  readonly command: string;
  /** Has that forgotten: the new name is another directory, and gets a shadow repo of its own; a line for sh, too. */
  readonly forget: string;
}

/** A directory that has a shadow repo, or shall get one. */
export interface PlannedRepo {
  readonly realdir: ByteString;
  /** Null if it has no shadow repo yet, as far as is known. */
  readonly shadow: ByteString | null;
  /** The realdir does not exist any more. */
  readonly missing: boolean;
  /** Why nothing can be done for it: it has several shadow repos, or it cannot be seen whether it has one. */
  readonly error: Error | null;
  /** The realdir has, or had, another name: of a missing one, and of one that has no shadow repo or a younger one. */
  readonly rename?: Rename;
}
