import { mkdirSync } from 'node:fs';
import { directoryOf } from '../git/durable-file.js';
import { ObjectReader } from '../git/object-reader.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../util/errors.js';
import type { Finding } from './check-finding.js';
import { checkIndex } from './check-index.js';
import { checkLayout, checkUuid } from './check-layout.js';
import { checkLeftovers } from './check-leftovers.js';
import { checkLooseObjects, checkWithGit } from './check-objects.js';
import { checkRecords } from './check-records.js';
import { checkRefs } from './check-refs.js';
import { checkSeen } from './check-seen.js';
import { isDirectory } from './directory-names.js';
import type { LockHandle } from './lock.js';
import { acquireLock, hasHolders } from './lock.js';
import { lockOptionsOf } from './repo-lock.js';
import type { RunOptions } from './run-options.js';

/** How to check. */
export interface CheckOptions {
  /** Repairs what can be repaired without guessing. */
  readonly repair?: boolean;
}

/** One finding, and what has become of it. */
export interface CheckedFinding extends Pick<Finding, 'severity' | 'place' | 'what' | 'remedy'> {
  readonly repaired: boolean;
}

/** What a check has found. */
export interface CheckResult {
  readonly findings: readonly CheckedFinding[];
  /** Errors that are still there. */
  readonly errors: number;
}

/** A repair may bring to light what lay behind; more rounds than this are not needed. */
const ROUNDS_MAX = 4;

/**
 * Checks a shadow repo: layout, refs, objects, records, and what killed processes left. It needs
 * nothing to be in order. Processes that record may run beside it, except while it repairs.
 *
 * @param directory the work tree
 * @throws FsoError if there is no Git repository at all; LockedError if others write for longer than the
 * run waits
 */
export async function checkRepo(directory: ByteString, options: CheckOptions & RunOptions): Promise<CheckResult> {
  const gitDir = joinPath(directory, '.git');
  if (!isDirectory(gitDir)) {
    throw new FsoError(`${textOfBytes(directory)}: no Git repository`, { remedy: 'change to a directory <uuid>.fso, or name it with -C' });
  }
  const path = joinPath(gitDir, 'fso/lock');
  const isBusy = hasHolders(path);
  const lock = await lockFor(path, options);
  try {
    return options.repair === true ? await repairAll(directory, options) : resultOf(await checkAll(directory, isBusy, options), []);
  } finally {
    lock?.release();
  }
}

/** Shared, so that no gc changes packs meanwhile. Where nothing can be written, nobody else writes, either. */
async function lockFor(path: ByteString, options: CheckOptions & RunOptions): Promise<LockHandle | null> {
  if (options.repair === true) {
    unlessErrno(['EEXIST'], undefined, () => mkdirSync(fsPath(directoryOf(path))));
    return acquireLock(path, 'exclusive', lockOptionsOf(options));
  }
  try {
    return await acquireLock(path, 'shared', lockOptionsOf(options));
  } catch (error) {
    const code = error instanceof FsoError ? errnoOf(error.cause) : undefined;
    if (code === 'EROFS' || code === 'EACCES' || code === 'ENOENT') return null;
    throw error;
  }
}

async function repairAll(directory: ByteString, options: RunOptions): Promise<CheckResult> {
  const repaired: Finding[] = [];
  for (let round = 1; ; round += 1) {
    const findings = await checkAll(directory, false, options);
    const repairable = findings.filter(({ repair }) => repair !== undefined);
    if (repairable.length === 0 || round === ROUNDS_MAX) return resultOf(findings, repaired);
    for (const finding of repairable) await finding.repair?.();
    repaired.push(...repairable);
  }
}

function resultOf(findings: readonly Finding[], repaired: readonly Finding[]): CheckResult {
  const mark = (list: readonly Finding[], isRepaired: boolean): CheckedFinding[] =>
    list.map(({ severity, place, what, remedy }) => ({ severity, place, what, remedy, repaired: isRepaired }));
  return {
    findings: [...mark(repaired, true), ...mark(findings, false)],
    errors: findings.filter(({ severity }) => severity === 'error').length,
  };
}

/** All findings; what depends on something that is damaged is not looked at. */
async function checkAll(directory: ByteString, isBusy: boolean, options: RunOptions): Promise<Finding[]> {
  const gitDir = joinPath(directory, '.git');
  const layout = [...checkLayout(gitDir)];
  const findings = [...layout, ...checkUuid(directory), ...checkLeftovers(directory, isBusy, Date.now())];
  if (hasErrors(layout)) return findings;
  const refs = [...checkRefs(gitDir)];
  findings.push(...checkLooseObjects(gitDir), ...refs, ...(await checkIndex(directory)));
  if (!hasErrors(refs)) {
    const reader = ObjectReader.open(gitDir);
    try {
      findings.push(...checkSeen(gitDir, reader), ...checkRecords(gitDir, reader));
    } finally {
      reader.close();
    }
  }
  options.signal?.throwIfAborted();
  return [...findings, ...(await checkWithGit(gitDir, options.signal))];
}

function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
