import type { VerifyResult } from '../../facets/verify/record-verify.js';
import { STATUS_DAYS } from '../../facets/verify/verify-status.js';
import type { IntactCopy } from '../../history/integrity/copies.js';
import type { PlaceStatus } from '../../history/integrity/site-status.js';
import type { IntegrityFinding } from '../../record/finding.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { localIsoTime } from '../../util/time/time.js';
import { jsonPath } from './json-values.js';

const timeText = (seconds: number): string => localIsoTime(new Date(seconds * 1000));

/** A finding. @param path real path */
export function jsonFinding(path: ByteString, finding: IntegrityFinding, copies: readonly IntactCopy[]): Record<string, unknown> {
  const { class: kind, size, sha256, found, lastGood, firstBad } = finding;
  return {
    type: 'integrity',
    ...jsonPath('path', path),
    class: kind,
    size: Number(size),
    sha256,
    found,
    lastGood: timeText(lastGood),
    firstBad: timeText(firstBad),
    copies: copies.map((copy) => ({ ...jsonPath('path', copy.path), lastRead: timeText(copy.lastRead) })),
  };
}

/** What a run has read of one repo. */
export function jsonVerified(repo: ShadowRepo, result: VerifyResult): Record<string, unknown> {
  const { integrity, bytes, complete, problems, problemCount, warnings, warningCount } = result;
  return {
    type: 'verified',
    ...jsonPath('realdir', repo.realdir),
    ...jsonPath('shadow', repo.directory),
    ...integrity,
    bytes,
    complete,
    problems: problems.map(({ path, ...what }) => ({ ...jsonPath('path', path), ...what })),
    problemCount,
    warnings: warnings.map(({ path, message }) => ({ ...jsonPath('path', path), message })),
    warningCount,
  };
}

/** What was verified below a root, or a realdir. */
export function jsonStatus(status: PlaceStatus): Record<string, unknown> {
  const { path, repos, all, read, never, oldest, uncovered, corrupt, rewritten, bytesADay, roundDays } = status;
  return {
    type: 'verify-status',
    ...jsonPath('path', path),
    repos,
    files: all.files,
    bytes: all.bytes,
    read: Object.fromEntries(STATUS_DAYS.map((days, index) => [days, read[index]])),
    never,
    oldest: oldest === null ? null : timeText(oldest),
    uncovered,
    corrupt,
    rewritten,
    bytesADay: bytesADay === null ? null : Math.round(bytesADay),
    roundDays: roundDays === null ? null : Number(roundDays.toPrecision(3)),
  };
}
