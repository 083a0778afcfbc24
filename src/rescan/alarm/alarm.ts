import type { Oid } from '../../git/objects/object-id.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { countFileChanges, filesIn } from '../../history/changes/file-changes.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { formatShare } from '../../util/text/format-share.js';
import { shellWord } from '../../util/text/shell-word.js';
import type { AlarmThresholds } from './usual.js';
import { USUAL_LEAST, usualThresholds } from './usual.js';

/** What a run is compared with: fixed shares, or the past of the repo. */
export type AlarmMeasure = AlarmThresholds | 'usual';

/** More was deleted, or changed, than is to be expected. It is recorded all the same. */
export interface Alarm {
  readonly facet: RescanFacet;
  /** Regular files there were before, how many of these are gone, and how many have changed. */
  readonly files: number;
  readonly deleted: number;
  readonly modified: number;
  readonly message: string;
  readonly remedy: string;
}

/** An alarm as it is told to programs. */
export function jsonAlarm({ files, deleted, modified, message, remedy }: Alarm): Record<string, unknown> {
  return { files, deleted, modified, message, remedy };
}

/** Facets that tell of each file. */
const WATCHED: readonly RescanFacet[] = ['stat', 'sha'];

/** True if what a facet records can be a reason for an alarm. */
export function isWatched(facet: RescanFacet): boolean {
  return WATCHED.includes(facet);
}

/** The part of a repo that has a problem after an alarm. */
export function alarmPart(facet: RescanFacet): string {
  return `alarm ${facet}`;
}

/** True for such a part. */
export function isAlarmPart(part: string): boolean {
  return WATCHED.some((facet) => part === alarmPart(facet));
}

/**
 * Whether more files were deleted or changed between two commits of a facet than is to be expected. It costs what changed, and
 * where that is much, and the past is asked, what changed then.
 * @param before what was there before: with no files recorded, there is no alarm
 * @throws FsoError if the records cannot be read
 */
export async function alarmOf(
  { gitDir, directory, realdir }: ShadowRepo,
  facet: RescanFacet,
  { before, after }: { readonly before: Oid; readonly after: Oid },
  measure: AlarmMeasure,
  yieldTurn: YieldTurn,
): Promise<Alarm | null> {
  const reader = ObjectReader.open(gitDir);
  try {
    const [treeBefore, treeAfter] = [reader.readCommit(before).tree, reader.readCommit(after).tree];
    if (filesIn(reader, treeBefore, 1) === 0) return null;
    const changes = await countFileChanges(reader, treeBefore, treeAfter, yieldTurn);
    const most = Math.max(changes.deleted, changes.modified);
    const least = measure === 'usual' ? USUAL_LEAST.share : Math.min(measure.deleted ?? 1, measure.modified ?? 1);
    // Of more files than that, what has changed is less than any threshold.
    const files = filesIn(reader, treeBefore, most / least + 1);
    if (most === 0 || most / files < least) return null;
    if (measure === 'usual' && most < USUAL_LEAST.files) return null;
    const thresholds = measure === 'usual' ? await usualThresholds(gitDir, reader, facet, before, yieldTurn) : measure;
    const reasons = (['deleted', 'modified'] as const).flatMap((change) => {
      const threshold = thresholds[change];
      const count = changes[change];
      if (threshold === null || count / files < threshold || (measure === 'usual' && count < USUAL_LEAST.files)) return [];
      return [`${count} of ${files} files (${formatShare(count / files)}) were ${change}, an alarm from ${formatShare(threshold)} on`];
    });
    if (reasons.length === 0) return null;
    const diff = `git -C ${shellWord(directory)} diff --no-renames --name-status ${oidToHex(before)} ${oidToHex(after)}`;
    return {
      facet, files, ...changes,
      message: `${facet}: ${reasons.join('; ')}`,
      remedy: `look what it was: ${diff}; if that is right, run git-fso clear-error ${shellWord(realdir)}`,
    };
  } finally {
    reader.close();
  }
}
