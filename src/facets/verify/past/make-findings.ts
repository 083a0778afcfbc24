import type { ObjectReader } from '../../../git/objects/object-reader.js';
import type { Oid } from '../../../git/objects/object-id.js';
import { FileMode } from '../../../git/trees/tree-codec.js';
import type { IntegrityFinding } from '../../../record/finding.js';
import type { Readings } from '../../../record/readings.js';
import type { ByteString } from '../../../util/byte-string.js';
import { TreePaths } from '../../../shadow/read/tree-paths.js';
import type { Rewritten } from '../../sha/sha-watch.js';
import { classOf, lookOfFile } from './classify.js';
import { lastReadings, StretchFinder } from './path-ranges.js';
import type { ConfirmedMismatch } from '../reading/read-files.js';
import { sha256In } from '../reading/read-files.js';
import { RecordHistory } from './recorded-since.js';

/** What is known of when files were right. */
export interface Past {
  readonly gitDir: ByteString;
  readonly reader: ObjectReader;
  /** The commit of `master-sha` that files are compared with. */
  readonly head: Oid;
  /** As they were before the run. */
  readonly readings: Readings;
  /** Of the finding, in seconds since the epoch. */
  readonly now: number;
}

/** When paths were last known to be right, and since when their records are there, in seconds since the epoch. */
function datesOf(
  { gitDir, reader, head, readings, now }: Past,
  paths: readonly ByteString[],
): (path: ByteString) => { since: number; good: number } {
  const since = RecordHistory.of(gitDir, reader, head).sinceOf(paths);
  const finder = new StretchFinder(lastReadings(readings.ranges));
  return (path) => {
    const recorded = since.get(path) ?? now;
    return { since: recorded, good: Math.min(now, Math.max(recorded, finder.rangeOf(path)?.begin ?? 0)) };
  };
}

/** Findings for files that were read twice with wrong bytes; those that have one already keep what it says of the past. */
export function findingsOf(past: Past, mismatches: readonly ConfirmedMismatch[]): ReadonlyMap<ByteString, IntegrityFinding> {
  const found = new Map<ByteString, IntegrityFinding>();
  const isNew = ({ file }: ConfirmedMismatch): boolean => file.finding === null;
  const dates = datesOf(past, mismatches.filter(isNew).map(({ file }) => file.path));
  for (const { file, sha256, found: sum, stat } of mismatches) {
    const look = lookOfFile(stat);
    if (file.finding !== null) {
      if (file.finding.found !== sum || file.finding.file !== look) found.set(file.path, { ...file.finding, found: sum, file: look });
      continue;
    }
    const { since, good } = dates(file.path);
    const kind = classOf(file.look ?? '', stat, since);
    found.set(file.path, { class: kind, size: stat.size, sha256, found: sum, lastGood: good, firstBad: past.now, file: look });
  }
  return found;
}

/**
 * Findings for files that `sha` has read with other bytes than recorded.
 * @param tree of `master-sha` before the run
 */
export function findingsOfRewritten(past: Past, tree: Oid, rewritten: readonly Rewritten[]): ReadonlyMap<ByteString, IntegrityFinding> {
  const found = new Map<ByteString, IntegrityFinding>();
  const paths = new TreePaths(past.reader);
  const recorded = rewritten.flatMap((file) => {
    const record = paths.find(tree, file.recordedAt);
    const sum = record?.mode === FileMode.file ? sha256In(past.reader, record.oid) : null;
    return sum === null || sum === file.sha256 ? [] : [{ ...file, sum }];
  });
  const dates = datesOf(past, recorded.map(({ recordedAt }) => recordedAt));
  for (const { path, recordedAt, stat, sha256, sum } of recorded) {
    const { good } = dates(recordedAt);
    const file = lookOfFile(stat);
    found.set(path, { class: 'rewritten', size: stat.size, sha256: sum, found: sha256, lastGood: good, firstBad: past.now, file });
  }
  return found;
}
