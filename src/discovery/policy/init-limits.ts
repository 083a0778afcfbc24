import { closeSync } from 'node:fs';
import { placeOf } from '../../realdir/reach/open-step.js';
import type { Bounds } from '../../realdir/reach/reach.js';
import { BY_HAND, existsRealdir, holdRealdir } from '../../realdir/reach/reach.js';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { exceedsEntries, measureTree } from './count-limited.js';
import { messageOf } from '../../util/errors.js';
import type { Limit } from './limit.js';

/** A limit for one repo, or for all at or below a path. */
export interface PathLimit extends Limit {
  /** Absolute; trailing slashes do not matter. */
  readonly path: ByteString;
}

/** The limits of a root. A more specific one replaces both numbers. */
export interface InitLimits extends Limit {
  /** For repos at or below a path; the first that applies decides. */
  readonly prefixLimits: readonly PathLimit[];
  /** For single repos; these decide first. */
  readonly repoLimits: readonly PathLimit[];
}

/** Nothing is too large. @internal for tests */
export const NO_LIMITS: InitLimits = { maxFiles: 0, maxBytes: 0, prefixLimits: [], repoLimits: [] };

/** Why a repo is not created. */
export interface LimitViolation {
  readonly reason: 'NotDirectory' | 'TooManyFilesIn' | 'TooManyFilesBelow' | 'TooManyBytes' | 'CountFailed' | 'UnknownTracking';
  readonly message: string;
}

function withoutTrailingSlash(path: ByteString): ByteString {
  return path.replace(/\/+$/, '');
}

/** The limit that holds for a repo, given by its absolute path. @internal for tests */
export function limitFor(limits: InitLimits, repo: ByteString): Limit {
  const path = withoutTrailingSlash(repo);
  const own = limits.repoLimits.find((limit) => withoutTrailingSlash(limit.path) === path);
  const isAtOrBelow = (limit: PathLimit): boolean => `${path}/`.startsWith(`${withoutTrailingSlash(limit.path)}/`);
  return own ?? limits.prefixLimits.find(isAtOrBelow) ?? limits;
}

/**
 * Tells whether a directory is too large to be tracked, and how. Nothing is written to it. What is
 * counted depends on the tracking: nothing for `ignore-most`; the entries of the directory where
 * subdirectories are not entered; else all paths of the tree and their apparent size.
 *
 * @returns null if the directory may be tracked
 * @internal for tests
 */
export async function findLimitViolation(
  limit: Limit,
  realdir: ByteString,
  tracking: SubdirTracking,
  signal?: AbortSignal,
  bounds = BY_HAND,
): Promise<LimitViolation | null> {
  const dir = `\`${textOfBytes(realdir)}\``;
  if (!existsRealdir(realdir, bounds)) return { reason: 'NotDirectory', message: `${dir} is not a directory` };
  switch (tracking) {
    case 'ignore-most':
      return null;
    case 'bundle-subdirs':
    case 'ignore-subdirs':
      return entriesViolation(limit, realdir, dir, signal, bounds);
    case 'enter-subdirs':
      return treeViolation(limit, realdir, dir, signal, bounds);
    default:
      return { reason: 'UnknownTracking', message: 'unknown subdir tracking' };
  }
}

/** The message of the limit that a repo violates; null if it may be created. */
export async function checkInitLimits(
  limits: InitLimits,
  realdir: ByteString,
  tracking: SubdirTracking,
  signal?: AbortSignal,
  bounds = BY_HAND,
): Promise<string | null> {
  const violation = await findLimitViolation(limitFor(limits, realdir), realdir, tracking, signal, bounds);
  return violation?.message ?? null;
}

async function entriesViolation(
  { maxFiles }: Limit,
  realdir: ByteString,
  dir: string,
  signal: AbortSignal | undefined,
  bounds: Bounds,
): Promise<LimitViolation | null> {
  if (maxFiles === 0) return null;
  let fd: number | null = null;
  try {
    fd = holdRealdir(realdir, bounds);
    if (!(await exceedsEntries(joinPath(placeOf(fd), '.'), maxFiles, signal))) return null;
    return { reason: 'TooManyFilesIn', message: `more than ${maxFiles} files in ${dir}` };
  } catch (error) {
    signal?.throwIfAborted();
    return { reason: 'CountFailed', message: `failed to count files in ${dir}: ${messageOf(error)}` };
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

async function treeViolation(
  { maxFiles, maxBytes }: Limit,
  realdir: ByteString,
  dir: string,
  signal: AbortSignal | undefined,
  bounds: Bounds,
): Promise<LimitViolation | null> {
  if (maxFiles === 0 && maxBytes === 0) return null;
  try {
    switch (await measureTree(realdir, { maxFiles, maxBytes }, signal, bounds)) {
      case 'files':
        return { reason: 'TooManyFilesBelow', message: `more than ${maxFiles} files below ${dir}` };
      case 'bytes':
        return { reason: 'TooManyBytes', message: `${dir} contains more than ${maxBytes} bytes` };
      default:
        return null;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const attempt = maxFiles > 0 ? 'count files' : 'determine data size';
    return { reason: 'CountFailed', message: `failed to ${attempt} below ${dir}: ${messageOf(error)}` };
  }
}
