import type { ByteString } from '../../util/byte-string.js';

/** What a run needs from its surroundings; the command line fills it in. */
export interface RunOptions {
  /** Environment variables that decide about author, committer and dates, as in Git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long to wait for a lock, in milliseconds; where nobody says, `DEFAULTS.wait`. */
  readonly waitMs: number;
  /** What to call this process when it holds a lock, for example `git-fso stat`. */
  readonly command: string;
  /** Ends the run; what it was about to record is not recorded. */
  readonly signal?: AbortSignal;
  /** Told the holder of a lock, once, when the run has to wait. */
  readonly onWait?: (holder: string) => void;
  /** The run is part of one that holds the lock of the whole repo, so it must not wait for locks itself. */
  readonly holdsRepoLock?: boolean;
  /** Records what is there now where a filesystem was mounted in the realdir, and is not any more. */
  readonly acceptEmpty?: boolean;
  /** Called before what was seen in the realdir is recorded; an error that it throws ends the run instead. */
  readonly beforeCommit?: () => void;
  /** Told which shadow repo was git-fso 0.1.0's until now; that refuses to work on it from now on. */
  readonly onTakeOver?: (directory: ByteString) => void;
  /** Told which shadow repo of an older version was open to others until now. */
  readonly onClose?: (directory: ByteString) => void;
}

/** Throws the signal's reason if the run was cancelled. */
export function throwIfCancelled(options: Pick<RunOptions, 'signal'>): void {
  options.signal?.throwIfAborted();
}
