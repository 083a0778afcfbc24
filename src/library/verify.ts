import { acceptFindings as coreAccept, findingsAt } from '../facets/verify/accept-findings.js';
import type { VerifyResult as CoreVerifyResult } from '../facets/verify/record-verify.js';
import { recordVerify as coreVerify } from '../facets/verify/record-verify.js';
import type { VerifyStatus } from '../facets/verify/verify-status.js';
import { verifyStatus as coreStatus } from '../facets/verify/verify-status.js';
import type { IntegrityFinding } from '../record/finding.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { checkedOptions } from './checked-options.js';
import type { Path, RunOptions } from './inputs.js';
import { bytesOf, coreOptions } from './inputs.js';
import type { RecordOptions } from './record.js';
import { recordOptions } from './record.js';
import type { Repo } from './repo.js';
import { opened } from './repo.js';
import type { Public } from './results.js';
import { toPublic } from './results.js';

/** What a run of `verify` has read, and what stands. */
export type VerifyResult = Public<CoreVerifyResult>;
/** A finding, with its path relative to the realdir. Times are seconds since 1970. */
export type RepoFinding = IntegrityFinding & { readonly path: string };

/** What to verify. */
export interface VerifyOptions extends RecordOptions {
  /** Threads that read. */
  readonly workers?: number;
  /** No file is begun after this many bytes, or this many milliseconds; the next run goes on. Without it, all is read. */
  readonly limit?: { readonly bytes?: number; readonly ms?: number };
  /** Only files that were not read since. */
  readonly unreadSince?: Date;
  /** Only what is at or below these paths, relative to the realdir. */
  readonly paths?: readonly Path[];
}

/** @throws UsageError for an absolute path */
function relativeBytesOf(path: Path): ByteString {
  const bytes = bytesOf(path).replace(/\/+$/, '');
  if (!bytes.startsWith('/') && !bytes.includes('\0')) return bytes === '.' ? '' : bytes;
  throw new UsageError(`${JSON.stringify(textOfBytes(bytes))} is not relative to the realdir`);
}

/**
 * Reads files whose checksums are recorded, and compares. A run that is cancelled records what it has read.
 * @throws LockedError if another one reads the same repo for longer than `waitMs`
 */
export async function recordVerify(repo: Repo, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { workers, limit, unreadSince, paths } = checkedOptions(options);
  const result = await coreVerify(opened(repo, 'write'), {
    ...recordOptions(options),
    ...(workers !== undefined && { workers }),
    ...(limit !== undefined && { limit }),
    ...(unreadSince !== undefined && { unreadSince }),
    ...(paths !== undefined && { paths: paths.map(relativeBytesOf) }),
  });
  return toPublic(result);
}

/** Findings that stand at or below some paths, relative to the realdir; all if none are given. */
export function listFindings(repo: Repo, paths: readonly Path[] = ['']): readonly RepoFinding[] {
  const findings = findingsAt(opened(repo, 'read'), paths.map(relativeBytesOf));
  return [...findings].map(([path, finding]) => ({ path: textOfBytes(path), ...finding }));
}

/**
 * Takes what files with findings hold now for right: their checksums are recorded, and the findings go.
 * @param paths relative to the realdir, of files or directories
 * @returns the paths of the findings that went
 * @throws FsoError if a file changes while it is read, or cannot be read; LockedError
 */
export async function acceptFindings(repo: Repo, paths: readonly Path[], options: RunOptions = {}): Promise<readonly string[]> {
  const accepted = await coreAccept(opened(repo, 'write'), paths.map(relativeBytesOf), coreOptions(options));
  return accepted.map(textOfBytes);
}

/** What of a repo was verified, and when, from its records alone. */
export function verifyStatus(repo: Repo): VerifyStatus {
  return coreStatus(opened(repo, 'read'), Math.floor(Date.now() / 1000));
}
