import type { Command } from 'commander';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import { SUBDIR_TRACKINGS } from '../../shadow/stub/subdir-tracking.js';
import { UsageError } from '../../util/errors.js';

/** The options that name a way of tracking subdirectories, as commander stores them. */
export interface TrackingFlags {
  readonly enterSubdirs?: boolean;
  readonly bundleSubdirs?: boolean;
  readonly ignoreSubdirs?: boolean;
  readonly ignoreMost?: boolean;
}

const HELP: Readonly<Record<SubdirTracking, string>> = {
  'enter-subdirs': 'record everything, file by file',
  'bundle-subdirs': 'record toplevel files, and each toplevel directory as one summary',
  'ignore-subdirs': 'record toplevel files only',
  'ignore-most': 'record README.md, README.txt and the summary of the whole tree',
};

/** Adds `--enter-subdirs` and its siblings. */
export function addTrackingOptions(command: Command): void {
  for (const tracking of SUBDIR_TRACKINGS) command.option(`--${tracking}`, HELP[tracking]);
}

/**
 * The way of tracking that was asked for; null if none was.
 * @throws UsageError if several were
 */
export function trackingFrom(flags: TrackingFlags): SubdirTracking | null {
  const chosen = [
    flags.enterSubdirs === true ? 'enter-subdirs' : null,
    flags.bundleSubdirs === true ? 'bundle-subdirs' : null,
    flags.ignoreSubdirs === true ? 'ignore-subdirs' : null,
    flags.ignoreMost === true ? 'ignore-most' : null,
  ].filter((tracking) => tracking !== null);
  if (chosen.length > 1) throw new UsageError(`--${chosen.join(' and --')} exclude each other`);
  return (chosen[0] as SubdirTracking | undefined) ?? null;
}
