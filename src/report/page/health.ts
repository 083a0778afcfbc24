import { STATUS_DAYS } from '../../facets/verify/verify-status.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { formatShare } from '../../util/text/format-share.js';
import type { ReportFacts } from '../facts.js';
import { formatDay } from './format.js';
import type { Html } from './html.js';
import { html, pathHtml } from './html.js';
import { tableHtml } from './table.js';

/** What was read again, when, and what was not as it should be. */
export function integritySection({ verified, findings }: ReportFacts): Html {
  const shareOf = (part: number, all: number): string => (all === 0 ? '–' : formatShare(part / all));
  const rows = verified.map(({ path, all, read, never, oldest, uncovered }) => [
    { shown: pathHtml(path) },
    { shown: formatBytes(all.bytes), value: all.bytes },
    ...read.map(({ bytes }) => ({ shown: shareOf(bytes, all.bytes), value: bytes })),
    { shown: shareOf(never.bytes, all.bytes), value: never.bytes },
    { shown: formatDay(oldest), value: oldest ?? 0 },
    { shown: formatBytes(uncovered), value: uncovered },
  ]);
  const columns = [
    { title: 'place' },
    { title: 'with checksums', isNumber: true },
    ...STATUS_DAYS.map((days) => ({ title: `read in ${days} days`, isNumber: true })),
    { title: 'never read again', isNumber: true },
    { title: 'read longest ago', isNumber: true },
    { title: 'without checksums', isNumber: true },
  ];
  const bad = findings.map(({ path, finding }) => [
    { shown: finding.class },
    { shown: pathHtml(path) },
    { shown: formatBytes(finding.size), value: Number(finding.size) },
    { shown: formatDay(finding.lastGood), value: finding.lastGood },
    { shown: formatDay(finding.firstBad), value: finding.firstBad },
  ]);
  const badColumns = [
    { title: 'finding' },
    { title: 'file' },
    { title: 'bytes', isNumber: true },
    { title: 'right on', isNumber: true },
    { title: 'wrong since', isNumber: true },
  ];
  return html`<section><h2>Integrity</h2>
${tableHtml(columns, rows, { caption: 'What was verified', none: 'Nothing has a checksum.' })}
${tableHtml(badColumns, bad, { caption: 'Files that are not intact', isLong: true, none: 'No file is known that is not intact.' })}
</section>
`;
}

/** What fails, and what is not recorded. */
export function troubleSection({ troubles }: ReportFacts): Html {
  const rows = troubles.map(({ path, what, since }) => [
    { shown: pathHtml(path) },
    { shown: html`<bdi>${what}</bdi>` },
    { shown: since === null ? '–' : formatDay(since), value: since ?? 0 },
  ]);
  const columns = [{ title: 'place' }, { title: 'what' }, { title: 'since', isNumber: true }];
  return html`<section><h2>Troubles and gaps</h2>
${tableHtml(columns, rows, { caption: 'What fails, or is not recorded', isLong: true, none: 'Nothing fails, and nothing is left out.' })}
</section>
`;
}
