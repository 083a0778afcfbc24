import type { VerifyResult } from '../../facets/verify/record-verify.js';
import { STATUS_DAYS } from '../../facets/verify/verify-status.js';
import type { IntactCopy } from '../../history/integrity/copies.js';
import type { PlaceStatus } from '../../history/integrity/site-status.js';
import type { IntegrityFinding } from '../../record/finding.js';
import type { ByteString } from '../../util/byte-string.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { safePath } from '../../util/text/safe-text.js';
import { localIsoTime } from '../../util/time/time.js';
import { formatCount, formatNumber } from '../../util/text/quantities.js';
import { formatTable } from './table.js';

const SAID = {
  corrupt: 'same size, mtime, inode and ctime: nobody wrote it, the storage did',
  rewritten: 'same size and mtime, but somebody has written or replaced it since, and put the mtime back',
} as const;

/** Copies that are named one by one. */
const MOST_COPIES = 5;

const day = (seconds: number): string => localIsoTime(new Date(seconds * 1000));

/** A finding, in several lines. @param path real path */
export function findingText(path: ByteString, finding: IntegrityFinding, copies: readonly IntactCopy[]): string {
  const { class: kind, size, sha256, found, lastGood, firstBad } = finding;
  const named = copies.slice(0, MOST_COPIES).map((copy) => `    ${safePath(copy.path)} (right on ${day(copy.lastRead)})`);
  const more = copies.length > MOST_COPIES ? [`    … and ${formatNumber(copies.length - MOST_COPIES)} more`] : [];
  const lines = [
    `${kind.toUpperCase()} ${safePath(path)} (${formatBytes(size)})`,
    `  ${SAID[kind]}`,
    `  right on ${day(lastGood)}, wrong since ${day(firstBad)}; sha256 ${sha256} -> ${found}`,
    ...(copies.length === 0 ? ['  no intact copy is recorded'] : ['  intact copies:', ...named, ...more]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What a run has read of one repo, in a line. */
export function verifiedText(realdir: ByteString, { integrity, bytes, complete }: VerifyResult): string {
  const { intact, changed, unreadable, corrupt, rewritten } = integrity;
  const parts = [
    `${formatNumber(intact)} intact (${formatBytes(bytes)} read)`,
    ...(changed > 0 ? [`${formatNumber(changed)} changed, for sha`] : []),
    ...(unreadable > 0 ? [`${formatNumber(unreadable)} unreadable`] : []),
    ...(corrupt > 0 ? [`${formatNumber(corrupt)} corrupt`] : []),
    ...(rewritten > 0 ? [`${formatNumber(rewritten)} rewritten`] : []),
    ...(complete ? [] : ['to be continued']),
  ];
  return `${safePath(realdir)}: ${parts.join(', ')}\n`;
}

const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${Math.floor((100 * part) / whole)} %`);

/** What was verified below each root, as a table and some lines. @param now seconds since the epoch */
export function statusText(statuses: readonly PlaceStatus[], now: number): string {
  const table = formatTable(
    ['', 'files', 'bytes', ...STATUS_DAYS.map((days) => `${days} d`), 'never'],
    statuses.map(({ path, all, read, never }) => [
      safePath(path),
      formatNumber(all.files),
      formatBytes(all.bytes),
      ...read.map(({ bytes, files }) => (all.bytes === 0 ? percent(files, all.files) : percent(bytes, all.bytes))),
      all.bytes === 0 ? percent(never.files, all.files) : percent(never.bytes, all.bytes),
    ]),
    ['left', 'right', 'right', ...STATUS_DAYS.map(() => 'right' as const), 'right'],
  );
  return table + statuses.map((status) => linesOf(status, now, statuses.length > 1)).join('');
}

function linesOf(status: PlaceStatus, now: number, isOneOfMany: boolean): string {
  const { path, oldest, bytesADay, roundDays, uncovered, corrupt, rewritten } = status;
  const lines = [
    ...(oldest === null ? [] : [`read longest ago: ${day(oldest)}, ${formatCount(Math.floor((now - oldest) / 86_400), 'day')} ago`]),
    bytesADay === null || roundDays === null
      ? 'nothing was verified in the last 30 days'
      : `at ${formatBytes(bytesADay)} a day all is read every ${roundDays < 10 ? roundDays.toFixed(1) : Math.round(roundDays)} days`,
    ...(uncovered > 0 ? [`no checksum covers ${formatBytes(uncovered)}: bundles, nested repos, what is ignored or not hashed yet`] : []),
    ...(corrupt + rewritten > 0 ? [`${corrupt} corrupt, ${rewritten} rewritten; see git-fso verify --findings`] : []),
  ];
  return lines.map((line) => `${isOneOfMany ? `${safePath(path)}: ` : ''}${line}\n`).join('');
}
