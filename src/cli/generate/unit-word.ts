import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import { safeText } from '../../util/text/safe-text.js';

/**
 * A word in a unit: systemd.syntax(7), systemd.unit(5) about specifiers.
 * @throws UsageError for what would be a line of its own, or cannot be written there exactly
 */
function unitWord(text: string): string {
  if (safeText(text) !== text) {
    throw new UsageError(`${text}: units cannot have control characters, marks of direction, and what is not UTF-8`, {
      remedy: 'use another path for the configuration, the shadow root, or metrics: a symbolic link, or a bind mount, will do',
    });
  }
  const escaped = text.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /[\s'"\\;#]/.test(text) ? `"${escaped}"` : escaped;
}

/** A path as a word. */
export function pathWord(path: ByteString): string {
  return unitWord(textOfBytes(path));
}

/** A word of a command line, where a dollar stands for a variable. */
export function commandWord(text: string): string {
  return unitWord(text).replaceAll('$', '$$$$');
}
