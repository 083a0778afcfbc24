import { UsageError } from '../util/errors.js';

const MILLISECONDS: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `30s`, `5m`, `2h`, `1d`; a plain number is seconds. @throws UsageError */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)$/.exec(text.trim());
  const unit = MILLISECONDS[match?.[2] ?? '-'];
  if (match === null || unit === undefined) {
    throw new UsageError(`${JSON.stringify(text)} is not a duration`, { remedy: 'write 500ms, 30s, 5m, 2h or 1d' });
  }
  return Math.round(Number(match[1]) * unit);
}
