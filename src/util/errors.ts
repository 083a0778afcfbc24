import { namedCode, namedMessage } from './system-errors/errno-names.js';

/**
 * A failure that a person can act on. The message names the place (path, file and line) and says
 * what is wrong; `remedy` says what to do about it, where that is not obvious.
 */
export class FsoError extends Error {
  override readonly name: string = 'FsoError';
  /** For programs: what kind of failure it is. */
  readonly code: string = 'Failed';
  readonly remedy: string | undefined;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
  }

  /** The message line by line. A newline in a line was in what it quotes, such as a name. */
  get lines(): readonly string[] {
    return [this.message];
  }
}

/** Wrong use of the command line or the library. */
export class UsageError extends FsoError {
  override readonly name: string = 'UsageError';
  override readonly code: string = 'Usage';
}

/** Another process holds the lock; the message names the holder. */
export class LockedError extends FsoError {
  override readonly name: string = 'LockedError';
  override readonly code = 'Locked';
}

/** The code of a system error (`ENOENT`), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && !(error instanceof FsoError) && 'code' in error && typeof error.code === 'string')
    return namedCode(error.code);
  return undefined;
}

/** What an error says, in words that people know; for what is no error, its text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? namedMessage(error.message) : String(error);
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

/** Does something on the way out whose failure changes nothing, like removing a temporary file. Never throws. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // What matters has succeeded, or has failed with an error of its own.
  }
}
