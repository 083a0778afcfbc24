import { formatNumber } from '../../util/text/quantities.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { formatShare } from '../../util/text/format-share.js';
import type { ChangeFact, ReportFacts, ShareFact } from '../facts.js';
import { grown } from '../tree/changes.js';
import { formatChange, formatDay } from './format.js';
import type { Html } from './html.js';
import { html, pathHtml } from './html.js';
import type { Column } from './table.js';
import { bar, tableHtml } from './table.js';

/** So many growers, and so many that shrank. */
const CHANGES_MAX = 25;
const FILES_MAX = 100;
const PATHS_MAX = 5;

/** What grew and what shrank most. */
export function changeSection(changes: readonly ChangeFact[], since: number): Html {
  const growers = changes.filter((change) => grown(change) > 0).slice(0, CHANGES_MAX);
  const shrinkers = changes.filter((change) => grown(change) < 0).slice(0, CHANGES_MAX);
  const largest = Math.max(0, ...changes.map((change) => Math.abs(grown(change))));
  const columns: readonly Column[] = [
    { title: 'directory' },
    { title: 'change', isNumber: true },
    { title: 'share of the largest' },
    { title: 'before', isNumber: true },
    { title: 'now', isNumber: true },
    { title: 'newly observed', isNumber: true },
  ];
  const rows = (list: readonly ChangeFact[]) =>
    list.map((change) => [
      { shown: pathHtml(change.path) },
      { shown: formatChange(grown(change)), value: grown(change) },
      { shown: bar(grown(change), largest) },
      { shown: formatBytes(change.before), value: change.before },
      { shown: formatBytes(change.after), value: change.after },
      { shown: change.first === 0 ? '–' : formatBytes(change.first), value: change.first },
    ]);
  return html`<section><h2>What grew, what shrank, since ${formatDay(since)}</h2>
${tableHtml(columns, rows(growers), { caption: 'Grew most', none: 'Nothing grew.' })}
${tableHtml(columns, rows(shrinkers), { caption: 'Shrank most', none: 'Nothing shrank.' })}
</section>
`;
}

function shareTable(shares: readonly ShareFact[], title: string, caption: string, none: string): Html {
  const all = shares.reduce((sum, { size }) => sum + size, 0);
  const largest = Math.max(0, ...shares.map(({ size }) => size));
  const columns = [
    { title },
    { title: 'bytes', isNumber: true },
    { title: 'picture' },
    { title: 'share', isNumber: true },
    { title: 'files', isNumber: true },
  ];
  const rows = shares.map(({ name, size, files }) => [
    { shown: html`<bdi>${name}</bdi>` },
    { shown: formatBytes(size), value: size },
    { shown: bar(size, largest) },
    { shown: formatShare(all === 0 ? 0 : size / all), value: size },
    { shown: formatNumber(files), value: files },
  ]);
  return tableHtml(columns, rows, { caption, none });
}

/** How old files are. */
export function ageSection({ ages }: ReportFacts): Html {
  return html`<section><h2>Ages</h2>
${shareTable(ages, 'last modified', 'Files by age', 'No file is recorded one by one.')}
</section>
`;
}

/** What kinds of files there are. */
export function typeSection({ types }: ReportFacts): Html {
  return html`<section><h2>Types</h2>
${shareTable(types, 'name ends in', 'Files by type', 'No file is recorded one by one.')}
</section>
`;
}

/** The biggest files. */
export function biggestSection({ biggest }: ReportFacts): Html {
  const rows = biggest.slice(0, FILES_MAX).map(({ path, size, mtime }) => [
    { shown: pathHtml(path) },
    { shown: formatBytes(size), value: size },
    { shown: formatDay(mtime), value: mtime ?? Number.MIN_SAFE_INTEGER },
  ]);
  const columns = [{ title: 'file' }, { title: 'bytes', isNumber: true }, { title: 'modified', isNumber: true }];
  return html`<section><h2>Biggest files</h2>
${tableHtml(columns, rows, { caption: 'Biggest files', isLong: true, none: 'No file is recorded one by one.' })}
</section>
`;
}

/** Content that is there several times. */
export function duplicateSection({ duplicates: { wasted, groups, largest } }: ReportFacts): Html {
  const rows = largest.map(({ sha256, size, copies, paths }) => {
    const named = paths.slice(0, PATHS_MAX).map((path) => html`<li>${pathHtml(path)}</li>`);
    const more = copies > named.length ? html`<li>and ${formatNumber(copies - named.length)} more</li>` : html``;
    return [
      { shown: html`<ul class="paths" title="sha256 ${sha256}">${named}${more}</ul>` },
      { shown: formatNumber(copies), value: copies },
      { shown: formatBytes(size), value: size },
      { shown: formatBytes(size * (copies - 1)), value: size * (copies - 1) },
    ];
  });
  const columns = [
    { title: 'files' },
    { title: 'copies', isNumber: true },
    { title: 'bytes of each', isNumber: true },
    { title: 'wasted', isNumber: true },
  ];
  const sum = `${formatNumber(groups)} contents are there more than once; that takes ${formatBytes(wasted)}.`;
  const all = groups === 0 ? html`` : html`<p>${sum}</p>`;
  return html`<section><h2>Duplicates</h2>
${all}
${tableHtml(columns, rows, { caption: 'Largest duplicates', isLong: true, none: 'No checksum is recorded twice.' })}
</section>
`;
}
