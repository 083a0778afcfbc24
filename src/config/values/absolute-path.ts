import { bytesOfText, textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';

/** Surrogates that stand for no byte. */
const HALF_A_PAIR = /[\ud800-\udc7f\udd00-\udfff]/u;

/**
 * Checks an absolute path and drops what it does not need: repeated and trailing slashes.
 * @throws UsageError also for `.` and `..` in it, which mean something else behind a symbolic link
 */
export function parseAbsolutePath(text: string): string {
  const names = text.split('/').filter((name) => name !== '');
  const about = JSON.stringify(text);
  if (!text.startsWith('/')) throw new UsageError(`${about} is not an absolute path; it must start with /`);
  if (text.includes('\0')) throw new UsageError(`${about} has a null character, which no path can have`);
  if (names.includes('.') || names.includes('..')) throw new UsageError(`${about} must not have . or .. in it`);
  if (HALF_A_PAIR.test(text))
    throw new UsageError(`${about} has half of a surrogate pair; bytes that are not UTF-8 are \\udc80 to \\udcff`);
  // Escapes that make UTF-8 together stand for its character.
  return textOfBytes(bytesOfText(`/${names.join('/')}`));
}
