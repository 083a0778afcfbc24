import { UsageError } from '../../util/errors.js';
import { parseDuration } from '../../util/time/durations.js';

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n, b: 1n, c: 1n, k: 1n << 10n, m: 1n << 20n, g: 1n << 30n, t: 1n << 40n, p: 1n << 50n,
};
const DAYS_OF_YEAR = 365;

/** Sizes in bytes: at least, at most. */
export interface SizeRange {
  readonly from?: bigint;
  readonly to?: bigint;
}

/** A size like that of find(1): `+1g` is more, `-1g` is less, `4k` is what takes four blocks of 1024 bytes. @throws UsageError */
export function sizeRange(text: string): SizeRange {
  const [, sign, digits, letter = ''] = /^([+-]?)(\d{1,18})([bckmgtp]?)$/i.exec(text) ?? [];
  const unit = UNITS[letter.toLowerCase()];
  if (digits === undefined || unit === undefined) {
    throw new UsageError(`--size ${text}: not a size`, { remedy: 'write +1g, -10m, or 4096; units are powers of 1024' });
  }
  const size = BigInt(digits) * unit;
  if (sign === '+') return { from: size + 1n };
  if (sign === '-') return { to: size - 1n };
  return size === 0n ? { to: 0n } : { from: size - unit + 1n, to: size };
}

/** An age such as `2y` or `90d`, in seconds. @throws UsageError */
export function ageFrom(text: string): number {
  const years = /^(\d{1,4})y$/.exec(text)?.[1];
  return years === undefined ? parseDuration(text) / 1000 : Number(years) * DAYS_OF_YEAR * 86_400;
}
