import { mkdirSync } from 'node:fs';
import { directoryOf } from '../../storage/durable-file.js';
import { PRIVATE_DIRECTORY } from '../../storage/file-mode.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { shellWord } from '../../util/text/shell-word.js';
import { checkDoubles } from './check-doubles.js';
import type { Finding } from './check-finding.js';
import { checkForeignFiles } from './check-foreign-files.js';
import { checkIndex } from './check-index.js';
import { checkLayout, checkUuid } from './check-layout.js';
import { checkLeftovers } from './check-leftovers.js';
import { checkLooseObjects, checkWithGit } from './check-objects.js';
import { checkRecords } from './check-records.js';
import { checkRefs } from './check-refs.js';
import { checkHashed } from './check-hashed.js';
import { Gate } from '../gate/gate.js';
import type { LockHandle } from '../lock/lock.js';
import { acquireLock, hasHolders } from '../lock/lock.js';
import { lockOptionsOf } from '../lock/repo-lock.js';
import { checkMountList } from '../mounts/mount-list.js';
import type { RunOptions } from '../transaction/run-options.js';
import { checkStubHead } from '../stub/stub-head.js';

/** How to check. */
export interface CheckOptions {
  /** Repairs what can be repaired without guessing. */
  readonly repair?: boolean;
  /** What the repo has to pass before anything in it is read. */
  readonly gate?: Gate;
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

/** With the gate that the repo has passed. */
type GatedOptions = RunOptions & { readonly gate: Gate };

/** A repair may bring to light what lay behind; more rounds than this are not needed. */
const ROUNDS_MAX = 4;

/**
 * Checks a shadow repo: layout, refs, objects, records, and what killed processes left. It needs
 * nothing to be in order. Processes that record may run beside it, except while it repairs.
 *
 * @param directory the work tree
 * @throws FsoError if there is no Git repository at all, or one that does not pass the gate; LockedError if others write for longer than
 *   the run waits
 */
export async function checkRepo(directory: ByteString, given: CheckOptions & RunOptions): Promise<CheckResult> {
  const gitDir = joinPath(directory, '.git');
  const options = { ...given, gate: given.gate ?? new Gate() };
  if (!options.gate.admits(directory)) {
    throw new FsoError(`${textOfBytes(directory)}: no Git repository`, { remedy: 'change to a directory <uuid>.fso, or name it with -C' });
  }
  const path = joinPath(gitDir, 'fso/lock');
  const isBusy = hasHolders(path);
  const lock = await lockFor(path, options);
  try {
    if (options.repair === true) return await repairAll(directory, options);
    return resultOf(directory, await checkAll(directory, isBusy, options), []);
  } finally {
    lock?.release();
  }
}

/** Shared, so that no gc changes packs meanwhile. Where nothing can be written, nobody else writes, either. */
async function lockFor(path: ByteString, options: CheckOptions & RunOptions): Promise<LockHandle | null> {
  if (options.repair === true) {
    unlessErrno(['EEXIST'], undefined, () => mkdirSync(fsPath(directoryOf(path)), PRIVATE_DIRECTORY));
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

async function repairAll(directory: ByteString, options: GatedOptions): Promise<CheckResult> {
  const repaired: Finding[] = [];
  for (let round = 1; ; round += 1) {
    const findings = await checkAll(directory, false, options);
    const repairable = findings.filter(({ repair }) => repair !== undefined);
    if (repairable.length === 0 || round === ROUNDS_MAX) return resultOf(directory, findings, repaired);
    for (const finding of repairable) await finding.repair?.();
    repaired.push(...repairable);
  }
}

function resultOf(directory: ByteString, findings: readonly Finding[], repaired: readonly Finding[]): CheckResult {
  const command = `git-fso -C ${shellWord(directory)} check --repair`;
  const wayOut = ({ remedy, repair }: Finding): string | null =>
    repair === undefined || remedy === null ? remedy : `${remedy}; \`${command}\` does that`;
  const mark = (list: readonly Finding[], isRepaired: boolean): CheckedFinding[] =>
    list.map((finding) => {
      const { severity, place, what, remedy } = finding;
      return { severity, place, what, remedy: isRepaired ? remedy : wayOut(finding), repaired: isRepaired };
    });
  return {
    findings: [...mark(repaired, true), ...mark(findings, false)],
    errors: findings.filter(({ severity }) => severity === 'error').length,
  };
}

/** All findings; what depends on something that is damaged is not looked at. */
async function checkAll(directory: ByteString, isBusy: boolean, options: GatedOptions): Promise<Finding[]> {
  const gitDir = joinPath(directory, '.git');
  const yieldTurn = yieldRegularly(options.signal);
  const foreign = [...checkForeignFiles(directory)];
  if (hasErrors(foreign)) return foreign;
  const layout = [...checkLayout(gitDir)];
  const findings = [...layout, ...checkUuid(directory), ...checkLeftovers(directory, isBusy, Date.now())];
  if (hasErrors(layout)) return findings;
  const refs = [...checkRefs(gitDir)];
  findings.push(...checkStubHead(gitDir));
  await collect(findings, checkLooseObjects(gitDir, yieldTurn));
  findings.push(...refs, ...(await checkIndex(directory)));
  if (!hasErrors(refs)) {
    const reader = ObjectReader.open(gitDir);
    try {
      await collect(findings, checkHashed(gitDir, reader, yieldTurn));
      findings.push(...checkMountList(gitDir, reader));
      await collect(findings, checkDoubles(directory, gitDir, reader, options, yieldTurn));
      await collect(findings, checkRecords(gitDir, reader, yieldTurn));
    } finally {
      reader.close();
    }
  }
  options.signal?.throwIfAborted();
  return [...findings, ...(await checkWithGit(gitDir, options.signal))];
}

async function collect(findings: Finding[], more: AsyncIterable<Finding>): Promise<void> {
  for await (const finding of more) findings.push(finding);
}

function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
