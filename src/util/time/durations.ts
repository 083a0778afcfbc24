import { UsageError } from '../errors.js';

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

type Unit = keyof typeof MILLISECONDS;

/**
 * Reads a length of time, `500ms`, `30s`, `5m`, `2h`, `1d` or `1w`; a plain number is seconds.
 * @returns milliseconds
 * @throws UsageError
 */
export function parseDuration(value: string | number): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|[smhdw]?)$/.exec(String(value).trim());
  const unit = match?.[2] === '' ? 's' : (match?.[2] as Unit | undefined);
  const duration = unit === undefined ? Number.NaN : Math.round(Number(match?.[1]) * MILLISECONDS[unit]);
  if (Number.isSafeInteger(duration)) return duration;
  const about = typeof value === 'string' ? JSON.stringify(value) : value;
  throw new UsageError(`${about} is not a length of time; allowed: 500ms, 30s, 5m, 2h, 1d, 1w`);
}

/** The shortest way to write a length of time in milliseconds, exactly. */
export function formatDuration(milliseconds: number): string {
  const units = Object.entries(MILLISECONDS).reverse();
  const [unit, length] = units.find(([, candidate]) => milliseconds > 0 && milliseconds % candidate === 0) ?? ['s', 1000];
  return `${milliseconds / length}${unit}`;
}
