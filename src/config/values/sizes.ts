import { UsageError } from '../../util/errors.js';

const POWERS = ['', 'k', 'm', 'g', 't'];

/**
 * Reads a count or a number of bytes: `2000`, `2k`, `20G`. Suffixes are powers of 1024.
 * @throws UsageError
 */
export function parseSize(value: string | number): number {
  const match = /^(\d+)([kmgt]?)$/.exec(String(value).trim().toLowerCase());
  const size = Number(match?.[1]) * 1024 ** POWERS.indexOf(match?.[2] ?? '');
  if (Number.isSafeInteger(size)) return size;
  throw new UsageError(
    `${typeof value === 'string' ? JSON.stringify(value) : value} is not a size; allowed: a whole number, also with k, m, g or t for ` +
      `powers of 1024, such as 20g`,
  );
}

/** The shortest way to write a size, exactly. */
export function formatSize(size: number): string {
  let rest = size;
  let power = 0;
  while (rest > 0 && rest % 1024 === 0 && power < POWERS.length - 1) {
    rest /= 1024;
    power += 1;
  }
  return `${rest}${POWERS[power]}`;
}
