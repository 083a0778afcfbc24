import { realpathSync, statSync } from 'node:fs';
import { Barred } from '../realdir/reach/barred.js';
import { NotEnteredError } from '../realdir/reach/fuse-mounts.js';
import { DirectoryChain } from '../realdir/walk/directory-chain.js';
import { yieldRegularly } from '../util/async/yield-regularly.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError } from '../util/errors.js';
import { reasonOf } from '../util/system-errors/system-error.js';
import { traceBelow } from '../util/trace.js';
import type { DirectoryEvent, NamingRule } from './naming-rules/naming-rule.js';

/** What is said about one directory. */
export interface DiscoveryEvent {
  readonly event: DirectoryEvent;
  /** Relative to the root; `.` for the root itself. */
  readonly path: ByteString;
}

export interface DiscoveryOptions {
  /** Absolute path; may be a symbolic link to a directory. */
  readonly root: ByteString;
  readonly rule: NamingRule;
  /** FUSE filesystems that are mounted below the root are looked into; otherwise each is a problem of the class NotEnteredError. */
  readonly entersFuse?: boolean | undefined;
  /** Whether a directory, relative to the root, has a shadow repo. */
  readonly isKnown: (path: ByteString) => boolean;
  /** Told the names of files and symbolic links in each directory that is entered, relative to the root, in the order of their bytes. */
  readonly onFiles?: ((path: ByteString, names: readonly ByteString[]) => void) | undefined;
  /** Told about directories, relative to the root, that cannot be read; what is below them is not found. */
  readonly onProblem?: (path: ByteString, error: unknown) => void;
  readonly signal?: AbortSignal;
}

/** What the whole walk came to. */
export interface DiscoverySummary {
  /** False if a directory could not be read. */
  readonly complete: boolean;
}

/** The root of a discovery is not a directory that can be looked into. @internal for tests */
export class DiscoveryError extends FsoError {
  override readonly name = 'DiscoveryError';

  constructor(
    override readonly code: 'NotExist' | 'NotDir' | 'PermissionDenied',
    message: string,
    options: { remedy: string; cause?: unknown },
  ) {
    super(message, options);
  }
}

const GONE = ['ENOENT', 'ENOTDIR', 'ELOOP'];

interface Level {
  /** Relative to the root; empty for the root. */
  readonly path: ByteString;
  readonly depth: number;
  /** False for the place above the root, and where a directory could not be read. */
  readonly isOpen: boolean;
  /** Names of subdirectories still to be visited, the next one last. */
  readonly pending: ByteString[];
}

/**
 * Walks the directories below a root as far as its naming rule enters them, and yields what the rule says,
 * a directory before what is in it and siblings in the order of their bytes. Only directories count, and
 * symbolic links are not followed. Names are matched as UTF-8 text. What vanishes meanwhile is passed over.
 *
 * @throws DiscoveryError if the root is missing or no directory; the reason of the signal when aborted
 */
export async function* discoverRepos(options: DiscoveryOptions): AsyncGenerator<DiscoveryEvent, DiscoverySummary> {
  const { root, rule, isKnown, signal } = options;
  requireDirectory(root);
  let complete = true;
  const yieldTurn = yieldRegularly(signal);
  const chain = new DirectoryChain(root);
  const barred = new Barred(realpathSync.native(fsPath(root), 'latin1'), options);
  const trace = traceBelow('discover', root);
  const read = (path: ByteString, name: ByteString, depth: number): Level => {
    try {
      barred.refusePath(path);
      const { directories, files } = chain.enter(name);
      if (options.onFiles !== undefined && files.length > 0) options.onFiles(path === '' ? '.' : path, files.sort());
      return { path, depth, isOpen: true, pending: directories.sort().reverse() };
    } catch (error) {
      if (!GONE.includes(errnoOf(error) ?? '')) {
        if (!(error instanceof NotEnteredError)) complete = false;
        trace?.tell(path, `not entered: ${reasonOf(error)}`);
        options.onProblem?.(path === '' ? '.' : path, error);
      }
      return { path, depth, isOpen: false, pending: [] };
    }
  };

  const levels: Level[] = [{ path: '', depth: -1, isOpen: false, pending: ['.'] }];
  try {
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const name = level.pending.pop();
      if (name === undefined) {
        levels.pop();
        if (level.isOpen) chain.leave();
        continue;
      }
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
      const path = joinPath(level.path, name);
      const depth = level.depth + 1;
      const { event, enter } = rule.decide(textOfBytes(path), depth, () => isKnown(path));
      trace?.tell(
        path,
        `${[event, enter ? 'entered' : 'not entered'].filter((word) => word !== null).join(', ')}: ${rule.rule}, ` +
          rule.reason(textOfBytes(path), depth),
      );
      if (event !== null) yield { event, path };
      if (!enter) continue;
      signal?.throwIfAborted();
      levels.push(read(depth === 0 ? '' : path, name, depth));
    }
    return { complete };
  } finally {
    chain.close();
  }
}

function requireDirectory(root: ByteString): void {
  const about = textOfBytes(root);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(fsPath(root)).isDirectory();
  } catch (error) {
    switch (errnoOf(error)) {
      case 'ENOENT':
        throw new DiscoveryError('NotExist', `root ${about} does not exist`, {
          remedy: 'check that its filesystem is mounted, or correct the path in the configuration',
          cause: error,
        });
      case 'EACCES':
        throw new DiscoveryError('PermissionDenied', `root ${about} cannot be reached: permission denied`, {
          remedy: 'run as a user who may read it',
          cause: error,
        });
      case 'ENOTDIR':
        isDirectory = false;
        break;
      default:
        throw error;
    }
  }
  if (isDirectory) return;
  throw new DiscoveryError('NotDir', `root ${about} is not a directory`, { remedy: 'correct the path in the configuration' });
}
