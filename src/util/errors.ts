/** Exit statuses of every git-fso command. */
export const ExitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  locked: 4,
} as const;

export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/**
 * A failure that a person can act on. The message names the place (path, file and line) and says
 * what is wrong; `remedy` says what to do about it, where that is not obvious.
 */
export class FsoError extends Error {
  override readonly name: string = 'FsoError';
  readonly exitStatus: ExitStatus = ExitStatus.failed;
  readonly remedy: string | undefined;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
  }
}

/** Wrong use of the command line or the library. */
export class UsageError extends FsoError {
  override readonly name: string = 'UsageError';
  override readonly exitStatus: ExitStatus = ExitStatus.usage;
}

/** Another process holds the lock; the message names the holder. */
export class LockedError extends FsoError {
  override readonly name: string = 'LockedError';
  override readonly exitStatus: ExitStatus = ExitStatus.locked;
}

/** The code of a system error (`ENOENT`), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

/** Runs `action`; returns `fallback` if it fails with one of the error codes, else its result. */
export function unlessErrno<T, F>(codes: readonly string[], fallback: F, action: () => T): T | F {
  try {
    return action();
  } catch (error) {
    if (codes.includes(errnoOf(error) ?? '')) return fallback;
    throw error;
  }
}
