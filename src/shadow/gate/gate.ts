import type { Stats } from 'node:fs';
import { lstatSync, statSync } from 'node:fs';
import { ForeignFileError } from '../../storage/stored-file.js';
import type { ConfiguredRoot } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { reasonOf, remedyOf } from '../../util/system-errors/system-error.js';
import { requirePlainDirectories } from './directories.js';
import { refuseRootFor, refuseRootWhereReplaceable, requireOwner, trustedOwners } from './owner.js';
import { requirePlace } from './place.js';

/** What is known about where shadow repos are. */
export interface GateOptions {
  /** The configured shadow root; null if no configuration is known. */
  readonly shadowRoot?: ByteString | null;
  /** Configured roots: what is in them is never a shadow repo, and a realdir is reached from the one that contains it. */
  readonly roots?: readonly ConfiguredRoot[];
  /** Nothing is written, so that root may look at what belongs to a service user. */
  readonly readsOnly?: boolean;
  /** Whoever runs has named the directory; otherwise it was found below the shadow root. */
  readonly isNamed?: boolean;
}

const ABSENT = ['ENOENT', 'ENOTDIR'];

/**
 * The gate that every shadow repo passes before anything in it is read: one that a stranger has made, or has a hand
 * in, could have its configuration executed, and lead reads and writes to other places.
 */
export class Gate {
  readonly #options: GateOptions;
  #owners: ReadonlySet<number> | null = null;

  constructor(options: GateOptions = {}) {
    this.#options = options;
  }

  get roots(): readonly ConfiguredRoot[] {
    return this.#options.roots ?? [];
  }

  /** The same gate for what only reads. */
  get forReading(): Gate {
    return new Gate({ ...this.#options, readsOnly: true });
  }

  /**
   * Lets a directory pass if its owner, its place and its shape are those of a shadow repo.
   * @returns false if there is no Git directory in it
   * @throws FsoError that says what is wrong, and what to do
   */
  admits(directory: ByteString): boolean {
    const { shadowRoot = null, roots = [], readsOnly = false, isNamed = false } = this.#options;
    if (isNamed) requirePlace(directory, shadowRoot, roots.map(({ path }) => path));
    const gitDir = joinPath(directory, '.git');
    const stats = statsOf(directory, gitDir);
    if (stats === null) return false;
    this.#owners ??= trustedOwners(shadowRoot);
    const owners = this.#owners;
    requireOwner(directory, stats.top, owners);
    if (stats.git.isSymbolicLink()) throw new ForeignFileError(gitDir, 'is a symbolic link, which a shadow repo has not got there');
    // What Git calls a `.git` file names a repository elsewhere.
    if (!stats.git.isDirectory()) return false;
    requireOwner(gitDir, stats.git, owners);
    if (!readsOnly) refuseRootFor(directory, stats.top);
    if (!readsOnly && isNamed) refuseRootWhereReplaceable(directory);
    requirePlainDirectories(gitDir, (path, stat) => requireOwner(path, stat, owners));
    return true;
  }
}

/** Null if one of the two is not there. */
function statsOf(directory: ByteString, gitDir: ByteString): { readonly top: Stats; readonly git: Stats } | null {
  try {
    return { top: statSync(fsPath(directory)), git: lstatSync(fsPath(gitDir)) };
  } catch (error) {
    if (ABSENT.includes(errnoOf(error) ?? '')) return null;
    throw new FsoError(`${textOfBytes(directory)}: cannot be entered: ${reasonOf(error)}`, {
      remedy: remedyOf(error) ?? 'run git-fso as root, or as the user that owns it', cause: error,
    });
  }
}
