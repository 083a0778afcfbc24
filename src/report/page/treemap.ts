import { formatNumber } from '../../util/text/quantities.js';
import type { HierarchyRectangularNode } from 'd3-hierarchy';
import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import { formatBytes } from '../../util/text/format-bytes.js';
import type { TreeNode } from '../tree/prune.js';
import { formatChange, formatDay } from './format.js';
import { Html, html, shownName } from './html.js';
import { AGE_SHADES, ageShade, GROWTH_SHADES, growthShade } from './shades.js';
import type { Shade } from './shades.js';

/** In units of the picture, which is as wide as the page. */
const SIZE = { width: 1200, height: 640 };
/** A directory has its name above what is in it, as far as there is room. */
const HEADING = { height: 15, share: 0.15 };
const LABEL = { inset: 3, baseline: 11, heightMin: 14, widthMin: 30, characterWidth: 6.4 };

const WIDE_FROM = 0x1100;
const NOTHING = new Html('');
const NEWLINE = new Html('\n');

type Rectangle = HierarchyRectangularNode<TreeNode>;

/** Lays the nodes out: areas are sizes, within their directory. */
function layOut(root: TreeNode): Rectangle {
  const sized = hierarchy(root, ({ children }) => (children.length > 0 ? children : null))
    .sum(({ children, size }) => (children.length > 0 ? 0 : size))
    .sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  return treemap<TreeNode>()
    .size([SIZE.width, SIZE.height])
    .tile(treemapSquarify)
    .paddingInner(1)
    .paddingOuter(1)
    .paddingTop(({ y0, y1 }) => Math.min(HEADING.height, (y1 - y0) * HEADING.share))(sized);
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** What a node is called; its directory is known from where it is. */
function labelOf({ kind, name }: TreeNode): string {
  if (kind === 'files') return '(files here)';
  if (kind === 'rest') return '(smaller directories)';
  return kind === 'directory' && name !== '/' ? `${shownName(name)}/` : shownName(name);
}

/** The lines of the tooltip: the script takes the columns of its table from these. */
function linesOf(node: TreeNode, since: number): string[] {
  const growth = `${formatChange(node.size - node.before)} since ${formatDay(since)}`;
  const youngest = node.newest === null ? 'age not known' : `youngest file of ${formatDay(node.newest)}`;
  return [labelOf(node), formatBytes(node.size), `${formatNumber(node.files)} ${node.files === 1 ? 'file' : 'files'}`, growth, youngest];
}

function fitting(label: string, width: number): string {
  const room = Math.floor((width - 2 * LABEL.inset) / LABEL.characterWidth);
  const characters = [...label];
  // Scripts such as Chinese take twice the room.
  const widths = characters.map((character) => ((character.codePointAt(0) ?? 0) < WIDE_FROM ? 1 : 2));
  let [length, taken] = [0, 0];
  for (const each of widths) {
    taken += each;
    if (taken > room - 1) break;
    length += 1;
  }
  return widths.reduce((sum, each) => sum + each, 0) <= room ? label : `${characters.slice(0, Math.max(1, length)).join('')}…`;
}

function nodeHtml({ data, x0, y0, x1, y1 }: Rectangle, parent: number, times: { readonly since: number; readonly now: number }): Html {
  const [width, height] = [x1 - x0, y1 - y0];
  const lines = linesOf(data, times.since);
  const hasLabel = width >= LABEL.widthMin && height >= LABEL.heightMin;
  const label = hasLabel
    ? html`<text x="${round(x0 + LABEL.inset)}" y="${round(y0 + LABEL.baseline)}">${fitting(lines[0] ?? '', width)}</text>`
    : html``;
  // Lines are separated by what safe text does not have.
  const title = lines.map((line, index) => html`${index === 0 ? NOTHING : NEWLINE}${line}`);
  return html`<g class="n ${growthShade(data)} ${ageShade(data, times.now)}" data-p="${parent}" data-s="${data.size}" data-b="${
    data.before}"><title>${title}</title><rect x="${round(x0)}" y="${round(y0)}" width="${round(width)}" height="${
    round(height)}"/>${label}</g>
`;
}

/** Nodes in an order in which a directory comes before what is in it. */
function svg(root: Rectangle, facts: { readonly since: number; readonly now: number }): Html {
  const numbers = new Map<Rectangle, number>();
  const nodes = root.descendants().map((node, index) => {
    numbers.set(node, index);
    return nodeHtml(node, node.parent === null ? -1 : (numbers.get(node.parent) ?? 0), facts);
  });
  const label = 'Treemap: areas are sizes; the table below has the same';
  return html`<svg id="map" viewBox="0 0 ${SIZE.width} ${SIZE.height}" preserveAspectRatio="none" role="group" aria-label="${label}">
${nodes}</svg>`;
}

function legend(shades: readonly Shade[], name: string, title: string): Html {
  const items = shades.map(
    ({ name: shade, meaning }) =>
      html`<li><svg class="key" width="14" height="14" aria-hidden="true"><rect class="${
        shade}" width="14" height="14"/></svg> ${meaning}</li>`,
  );
  return html`<div class="legend ${name}"><span>${title}</span><ul>${items}</ul></div>`;
}

/**
 * The treemap, by size, in two colourings between which style alone switches.
 * @param facts times in seconds since 1970
 */
export function treemapHtml(root: TreeNode, facts: { readonly since: number; readonly now: number }): Html {
  return html`<div class="colours">
<input type="radio" name="colour" id="by-growth" checked><label for="by-growth">growth since ${formatDay(facts.since)}</label>
<input type="radio" name="colour" id="by-age"><label for="by-age">age</label>
<nav id="trail" aria-label="Directory that is shown" hidden></nav>
${svg(layOut(root), facts)}
${legend(GROWTH_SHADES, 'growth', 'Bytes since then:')}
${legend(AGE_SHADES, 'age', 'Youngest file is as old as:')}
</div>`;
}
