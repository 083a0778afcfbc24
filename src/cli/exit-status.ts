import { CommanderError } from 'commander';
import type { RescanSummary } from '../rescan/events.js';
import { LockedError, UsageError } from '../util/errors.js';

/** Exit statuses of every command. */
export const ExitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  locked: 4,
  finding: 5,
} as const;

export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** What each one means; part of every command's help. docs/operation.md has the same words, which a test compares. */
export const STATUS_TEXT: Readonly<Record<ExitStatus, string>> = {
  [ExitStatus.done]: 'done',
  [ExitStatus.failed]: 'failed: nothing was recorded, or what was recorded could not be told',
  [ExitStatus.usage]: 'wrong usage or configuration',
  [ExitStatus.partial]: 'recorded, but some paths could not be read',
  [ExitStatus.locked]: 'another process holds the lock',
  [ExitStatus.finding]: 'files have other bytes than recorded',
};

/** Of a command that an error has ended. */
export function statusOfError(error: unknown): ExitStatus {
  // Help and version are errors of commander's with status 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.done : ExitStatus.usage;
  if (error instanceof UsageError) return ExitStatus.usage;
  return error instanceof LockedError ? ExitStatus.locked : ExitStatus.failed;
}

/** Of a command that is done: what it was about is faulty, or some paths could not be read. */
export function statusOfDone({
  isFaulty = false,
  isPartial = false,
}: {
  readonly isFaulty?: boolean;
  readonly isPartial?: boolean;
}): ExitStatus {
  if (isFaulty) return ExitStatus.failed;
  return isPartial ? ExitStatus.partial : ExitStatus.done;
}

/** From what tells most to what tells least. */
const SEVERITY: readonly ExitStatus[] = [
  ExitStatus.failed, ExitStatus.usage, ExitStatus.finding, ExitStatus.partial, ExitStatus.locked, ExitStatus.done,
];

/** Of several results of one command: failure tells more than findings, and these more than what could not be read. */
export function worseStatus(a: ExitStatus, b: ExitStatus): ExitStatus {
  return SEVERITY.indexOf(a) < SEVERITY.indexOf(b) ? a : b;
}

/** Of a rescan: the one that tells best what happened. */
export function statusOfRescan({
  failed,
  locked,
  problems,
  findings,
}: Pick<RescanSummary, 'failed' | 'locked' | 'problems' | 'findings'>): ExitStatus {
  if (failed > 0) return ExitStatus.failed;
  if (findings > 0) return ExitStatus.finding;
  return locked > 0 ? ExitStatus.locked : statusOfDone({ isPartial: problems > 0 });
}
