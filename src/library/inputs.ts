import { DEFAULTS } from '../defaults.js';
import type { Oid } from '../git/objects/object-id.js';
import { oidFromHex } from '../git/objects/object-id.js';
import type { RunOptions as CoreOptions } from '../shadow/transaction/run-options.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText, normalPath, textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { parseDuration } from '../util/time/durations.js';
import type { SubdirTracking } from '../shadow/stub/subdir-tracking.js';
import { SUBDIR_TRACKINGS } from '../shadow/stub/subdir-tracking.js';
import { checkedOptions, checkedText } from './checked-options.js';
import { allowedWords } from '../util/text/nearest-word.js';

/** A path: text, in which lone surrogates stand for bytes that are not UTF-8, as in results; or the bytes themselves. */
export type Path = string | Buffer;

/** What everything that can be cancelled takes. */
export interface SignalOption {
  /** Ends the work, by its reason; what was about to be recorded is not recorded. */
  readonly signal?: AbortSignal;
}

/** What everything that writes to shadow repos takes. */
export interface RunOptions extends SignalOption {
  /** Variables that decide about author, committer and dates, as in Git, such as `process.env`; none if it is not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long to wait for locks, in milliseconds; ten seconds if it is not given. */
  readonly waitMs?: number;
  /** What others are told who wait for a lock of this run; `git-fso library` if it is not given. */
  readonly command?: string;
  /** Told the holder of a lock, once, when the run has to wait. */
  readonly onWait?: (holder: string) => void;
  /** Told which shadow repo was git-fso 0.1.0's until now. */
  readonly onTakeOver?: (directory: string) => void;
  /** Told which shadow repo of an older version was open to others until now. */
  readonly onClose?: (directory: string) => void;
}

/** The bytes of a path. @throws UsageError for what is neither text nor a Buffer */
export function bytesOf(path: Path): ByteString {
  if (typeof path === 'string') return bytesOfText(path);
  if (Buffer.isBuffer(path)) return path.toString('latin1');
  throw new UsageError(`a path must be text or a Buffer, not ${path === null ? 'null' : typeof path}`, {
    remedy: 'give text, or the bytes as a Buffer',
  });
}

/** @throws UsageError for a word that names no way of tracking */
export function knownTracking(word: string): SubdirTracking {
  const tracking = SUBDIR_TRACKINGS.find((known) => known === word);
  if (tracking !== undefined) return tracking;
  const given = checkedText(word, 'tracking');
  throw new UsageError(`${JSON.stringify(given)} is no way of tracking; ${allowedWords(given, SUBDIR_TRACKINGS)}`);
}

function waitOf(waitMs: number | undefined): number {
  if (waitMs === undefined) return parseDuration(DEFAULTS.wait);
  if (typeof waitMs === 'number' && waitMs >= 0) return waitMs;
  throw new UsageError('waitMs must be a number of milliseconds, not below 0');
}

/**
 * The bytes of an absolute path.
 * @throws UsageError for a relative one: walks change the working directory of the process, so it would mean different things
 */
export function absoluteBytesOf(path: Path): ByteString {
  const bytes = bytesOf(path);
  if (bytes.startsWith('/') && !bytes.includes('\0')) return normalPath(bytes);
  throw new UsageError(`${JSON.stringify(textOfBytes(bytes))} is not an absolute path`, {
    remedy: 'give it from / on, as path.resolve makes it',
  });
}

/** @throws UsageError for what is not `digits` hexadecimal digits */
export function hexadecimal(text: string, digits: number, what: string): string {
  if (new RegExp(`^[0-9a-f]{${digits}}$`, 'i').test(checkedText(text, what))) return text.toLowerCase();
  throw new UsageError(`${what}: ${JSON.stringify(text)} is not ${digits} hexadecimal digits`, { remedy: '`git-fso head` prints them' });
}

/** An object id from its hexadecimal form. @throws UsageError */
export function objectIdOf(text: string, what: string): Oid {
  return oidFromHex(hexadecimal(text, 40, what));
}

/** The subject of a commit. @throws UsageError for several lines */
export function oneLineOf(text: string, what: string): string {
  if (/[\n\0]/.test(text)) throw new UsageError(`${what}: only one line is possible`);
  return text;
}

/** The options of a run of the core. @throws the reason of a signal that is set already */
export function coreOptions(options: RunOptions): CoreOptions {
  const { env = {}, waitMs, command = 'git-fso library', signal, onWait, onTakeOver, onClose } = checkedOptions(options);
  signal?.throwIfAborted();
  return {
    env,
    waitMs: waitOf(waitMs),
    command,
    ...(signal && { signal }),
    ...(onWait && { onWait }),
    ...(onTakeOver && { onTakeOver: (directory: ByteString) => onTakeOver(textOfBytes(directory)) }),
    ...(onClose && { onClose: (directory: ByteString) => onClose(textOfBytes(directory)) }),
  };
}
