import { isNothing } from '../../history/growth/amount.js';
import type { Growth } from '../../history/growth/growth.js';
import type { Forecast } from '../../history/growth/forecast.js';
import type { GrowthRow } from '../../history/growth/ledger.js';
import { grownBy, pacePerWeek } from '../../history/growth/ledger.js';
import type { FilesystemForecast } from '../../rescan/forecast/filesystems.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import { localIsoTime } from '../../util/time/time.js';
import { barsOf } from './bars.js';
import type { Palette } from './palette.js';
import { formatCount, formatGrowth, formatNumber } from '../../util/text/quantities.js';
import { formatTable } from './table.js';

const DAY = 86_400;
/** Dates within so many days are told to the day. */
const NEAR_DAYS = 90;

function rowCells(row: GrowthRow, seconds: number): string[] {
  const { path, after, before, first, levels } = row;
  const pace = pacePerWeek(row, seconds);
  const files = after.files - before.files;
  const observed = isNothing(first) ? '' : ` (newly observed: ${formatBytes(first.size)})`;
  return [
    formatGrowth(grownBy(row).size),
    formatBytes(after.size),
    files === 0n ? '' : `${files > 0n ? '+' : ''}${formatNumber(files)}`,
    barsOf(levels),
    pace === null ? '' : formatGrowth(BigInt(Math.round(pace))),
    safePath(path) + observed,
  ];
}

/** Growth for people, line by line. @param most rows; the others are summed up */
export function* growthLines({ rows, total, times }: Growth, most: number, palette: Palette): Generator<string> {
  const [since = 0, until = 0] = [times[0], times.at(-1)];
  const shown = rows.slice(0, most);
  const header = ['growth', 'size', 'files', 'over time', 'a week', 'path'];
  const cells = shown.map((row) => rowCells(row, until - since));
  const table = formatTable(header, cells, ['right', 'right', 'right', 'left', 'right', 'left']).split('\n').slice(0, -1);
  for (const [index, line] of (shown.length === 0 ? [] : table).entries()) {
    const row = shown[index - 1];
    const grown = row === undefined ? 0n : grownBy(row).size;
    yield row === undefined ? line : grown === 0n ? line : palette.paint(grown > 0n ? 'added' : 'deleted', line);
  }
  const left = rows.slice(most);
  const rest = left.reduce((sum, row) => sum + grownBy(row).size, 0n);
  if (left.length > 0) yield palette.paint('faint', `and ${formatGrowth(rest)} in ${formatCount(left.length, 'other path')}`);
  const pace = pacePerWeek(total, until - since);
  const period = `${localIsoTime(new Date(since * 1000))} to ${localIsoTime(new Date(until * 1000))}`;
  yield `${barsOf(total.levels)} ${formatBytes(total.before.size)} → ${formatBytes(total.after.size)}, ${period}: ` +
    (rows.length === 0 ? 'no changes' : formatGrowth(grownBy(total).size)) +
    (pace === null || pace === 0 ? '' : `, ${formatGrowth(BigInt(Math.round(pace)))} a week`);
  const { first } = total;
  if (!isNothing(first)) {
    const files = `${formatNumber(first.files)} ${first.files === 1n ? 'file' : 'files'}`;
    yield `newly observed, which is no growth: ${formatBytes(first.size)} in ${files}`;
  }
}

/** `2027-04`; near ones to the day. */
function dateText(seconds: number, now: number): string {
  const text = localIsoTime(new Date(seconds * 1000));
  return text.slice(0, seconds - now < NEAR_DAYS * DAY ? '2027-04-01'.length : '2027-04'.length);
}

function outlookText(forecast: Forecast, now: number): string {
  switch (forecast.state) {
    case 'unknown': return `no forecast: ${safeText(forecast.reason)}`;
    case 'not growing': return 'not growing';
    case 'far away': return 'growing, but not full within ten years';
    case 'full': {
      const { earliest, latest } = forecast;
      const [from, to] = [dateText(earliest, now), latest === null ? null : dateText(latest, now)];
      return to === null ? `full in ${from} at the earliest` : from === to ? `full in ${from}` : `full between ${from} and ${to}`;
    }
  }
}

/** What becomes of a filesystem, in one line. @param now seconds since 1970 */
export function forecastLine({ roots, space, forecast }: FilesystemForecast, now: number): string {
  const used = space === null ? '' : `${formatBytes(space.used)} of ${formatBytes(space.size)} used, `;
  const place = roots.length === 0 ? '' : `${roots.map(safePath).join(', ')}: `;
  return place + used + outlookText(forecast, now);
}
