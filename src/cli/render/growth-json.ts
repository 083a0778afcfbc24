import type { Growth } from '../../history/growth/growth.js';
import type { GrowthRow } from '../../history/growth/ledger.js';
import { isNothing } from '../../history/growth/amount.js';
import { pacePerWeek } from '../../history/growth/ledger.js';
import type { FilesystemForecast } from '../../rescan/forecast/filesystems.js';
import { textOfBytes } from '../../util/byte-string.js';
import type { JsonField } from './json-text.js';
import { jsonPath } from './json-values.js';

function amounts(row: Omit<GrowthRow, 'path'>, seconds: number): Record<string, JsonField> {
  const { before, after, first, levels } = row;
  const pace = pacePerWeek(row, seconds);
  return {
    files: after.files,
    size: after.size,
    filesBefore: before.files,
    sizeBefore: before.size,
    filesFirst: first.files,
    sizeFirst: first.size,
    first: !isNothing(first),
    perWeek: pace === null ? null : Math.round(pace),
    sizes: levels,
  };
}

const time = (seconds: number | null): string | null => (seconds === null ? null : new Date(seconds * 1000).toISOString());

/** Growth as JSON: one value a path, then the total. @param most paths */
export function* growthJson({ rows, total, times }: Growth, most: number): Generator<JsonField> {
  const seconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
  for (const row of rows.slice(0, most)) yield { ...jsonPath('path', row.path), ...amounts(row, seconds) };
  yield { type: 'total', paths: rows.length, ...amounts(total, seconds), times: times.map(time) };
}

/** What becomes of a filesystem, as JSON. */
export function forecastJson({ roots, space, forecast }: FilesystemForecast): JsonField {
  return {
    type: 'forecast',
    roots: roots.map(textOfBytes),
    size: space?.size ?? null,
    used: space?.used ?? null,
    free: space?.free ?? null,
    state: forecast.state,
    earliest: forecast.state === 'full' ? time(forecast.earliest) : null,
    latest: forecast.state === 'full' ? time(forecast.latest) : null,
    perWeek: forecast.state === 'unknown' ? null : Math.round(forecast.perDay * 7),
    reason: forecast.state === 'unknown' ? forecast.reason : null,
  };
}
