import { formatNumber } from '../../util/text/quantities.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { formatShare } from '../../util/text/format-share.js';
import type { ReportFacts } from '../facts.js';
import { changesIn } from '../tree/changes.js';
import type { TreeDirectory } from '../tree/directory-tree.js';
import { directoryTree } from '../tree/directory-tree.js';
import { pruneTree } from '../tree/prune.js';
import { readAsset, sourceHash } from './assets.js';
import { formatChange, formatDay, formatMinute } from './format.js';
import { growthChart } from './growth-chart.js';
import { Html, html, pathHtml } from './html.js';
import { integritySection, troubleSection } from './health.js';
import { ageSection, biggestSection, changeSection, duplicateSection, typeSection } from './lists.js';
import { tableHtml } from './table.js';
import { treemapHtml } from './treemap.js';
import { directoryTable } from './directory-table.js';

/** The whole report: one file that asks for nothing else. Its policy lets nothing run or load but what it has been made with. */
export function reportPage(facts: ReportFacts): string {
  const tree = directoryTree(facts.directories);
  const [style, script] = [readAsset('style.css'), readAsset('script.js')];
  const own = `style-src '${sourceHash(style)}'; script-src '${sourceHash(script)}'`;
  const policy = `default-src 'none'; img-src data:; ${own}; base-uri 'none'; form-action 'none'`;
  const title = `Files on ${formatDay(facts.madeAt)}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="git-fso">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${header(facts, title)}
<main>
${totals(tree, facts)}
${treemapSection(tree, facts)}
${growthSection(facts)}
${changeSection(changesIn(tree), facts.since)}
${ageSection(facts)}
${typeSection(facts)}
${biggestSection(facts)}
${duplicateSection(facts)}
${integritySection(facts)}
${troubleSection(facts)}
</main>
<footer><p>Made by git-fso from what was recorded; nothing was read from the files themselves.</p></footer>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

function header({ places, madeAt, recordedAt }: ReportFacts, title: string): Html {
  const named = places.map((place, index) => html`${index === 0 ? '' : ', '}${pathHtml(place)}`);
  const what = places.length === 0 ? 'all that is recorded' : named;
  const age = recordedAt === null ? 'nothing is recorded' : `newest record of ${formatMinute(recordedAt)}`;
  return html`<header><h1>${title}</h1><p>${what}; made ${formatMinute(madeAt)}, ${age}</p></header>`;
}

function totals({ size, before, first, files }: TreeDirectory, { repos, since, duplicates, findings, troubles }: ReportFacts): Html {
  const growth = size - before - first;
  const share = before === 0 ? '' : ` (${formatShare(Math.abs(growth) / before)})`;
  const figures: readonly (readonly [string, string])[] = [
    ['bytes', formatBytes(size)],
    ['files', formatNumber(files)],
    ['repos', formatNumber(repos)],
    [`since ${formatDay(since)}`, `${formatChange(growth)}${share}`],
    ['in duplicates', formatBytes(duplicates.wasted)],
    ['files not intact', formatNumber(findings.length)],
    ['troubles', formatNumber(troubles.length)],
  ];
  const terms = figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return html`<section aria-label="Totals"><dl class="totals">${terms}</dl></section>
`;
}

function treemapSection(tree: TreeDirectory, { biggest, since, madeAt }: ReportFacts): Html {
  const root = pruneTree(tree, biggest);
  if (root.size === 0) return html`<section><h2>Where it is</h2><p>Nothing with a size is recorded.</p></section>`;
  return html`<section><h2>Where it is</h2>
${treemapHtml(root, { since, now: madeAt })}
${directoryTable(root, since)}
</section>
`;
}

function growthSection({ growth }: ReportFacts): Html {
  const rows = growth.toReversed().map(({ time, size, files }, index) => {
    const previous = growth[growth.length - 2 - index];
    const change = previous === undefined ? 0 : size - previous.size;
    return [
      { shown: formatDay(time), value: time },
      { shown: formatBytes(size), value: size },
      { shown: formatNumber(files), value: files },
      { shown: previous === undefined ? '–' : formatChange(change), value: change },
    ];
  });
  const columns = [{ title: 'day' }, ...['bytes', 'files', 'change'].map((title) => ({ title, isNumber: true }))];
  return html`<section><h2>Growth</h2>
${growthChart(growth)}
${tableHtml(columns, rows, { caption: 'Growth by day', none: 'Nothing is recorded.' })}
</section>
`;
}
