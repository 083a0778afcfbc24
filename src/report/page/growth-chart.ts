import { formatBytes } from '../../util/text/format-bytes.js';
import type { LevelAt } from '../facts.js';
import { formatDay } from './format.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** In units of the picture, which is as wide as the page. */
const SIZE = { width: 1200, height: 300 };
const FRAME = { left: 90, right: 20, top: 12, bottom: 30 };
const STEPS = { value: 4, time: 6 };
const GIVEN = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** A distance of marks that people can count with: so many of a unit of bytes, which is a power of 1024. */
function markDistance(largest: number): number {
  let unit = 1;
  while (largest / STEPS.value > unit * 1024) unit *= 1024;
  return unit * (GIVEN.find((each) => each * unit * STEPS.value >= largest) ?? 1024);
}

/** How much there was, as a line over time, from zero. Nothing for less than two levels. */
export function growthChart(levels: readonly LevelAt[]): Html {
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || first.time === last.time) return html`<p>There is not yet a past to draw.</p>`;
  const distance = markDistance(Math.max(...levels.map(({ size }) => size), 1));
  const top = distance * STEPS.value;
  const [width, height] = [SIZE.width - FRAME.left - FRAME.right, SIZE.height - FRAME.top - FRAME.bottom];
  const x = (time: number): number => Math.round((FRAME.left + ((time - first.time) / (last.time - first.time)) * width) * 10) / 10;
  const y = (size: number): number => Math.round((FRAME.top + (1 - size / top) * height) * 10) / 10;
  // What was recorded at one time holds until the next.
  const line = levels.map(({ time, size }, index) => (index === 0 ? `M${x(time)} ${y(size)}` : `H${x(time)}V${y(size)}`)).join('');
  const marks = Array.from({ length: STEPS.value + 1 }, (_, index) => index * distance).map(
    (size) => html`<line class="mark" x1="${FRAME.left}" x2="${SIZE.width - FRAME.right}" y1="${y(size)}" y2="${
      y(size)}"/><text class="end" x="${FRAME.left - 8}" y="${y(size) + 4}">${formatBytes(size)}</text>
`,
  );
  const days = Array.from({ length: STEPS.time }, (_, index) => first.time + ((last.time - first.time) * index) / (STEPS.time - 1)).map(
    (time, index) => html`<text class="${index === 0 ? 'begin' : index === STEPS.time - 1 ? 'end' : 'middle'}" x="${x(time)}" y="${
      SIZE.height - 8}">${formatDay(time)}</text>
`,
  );
  return html`<svg class="chart" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="Bytes over time: ${
    formatBytes(first.size)} on ${formatDay(first.time)}, ${formatBytes(last.size)} on ${formatDay(last.time)}">
${marks}<path class="area" d="${line}V${y(0)}H${x(first.time)}Z"/><path class="line" d="${line}"/>
${days}</svg>`;
}
