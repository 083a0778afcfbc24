import { UsageError } from '../../util/errors.js';

/**
 * Reads a share in percent, such as `10%`.
 * @returns a part of 1
 * @throws UsageError
 */
export function parseShare(text: string): number {
  const percent = Number(/^(\d{1,3}(?:\.\d+)?) ?%$/.exec(text.trim())?.[1]);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new UsageError(`${JSON.stringify(text)} is not a share; allowed: more than 0% and at most 100%, such as 10%`);
}
