import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';

/** Told which names a directory lists more than once. */
export type OnDoubled = (names: readonly ByteString[]) => void;

/**
 * Each name once: union and network filesystems may list one twice, and so may any filesystem while somebody
 * renames. Node returns the names of a directory sorted, so equal ones stand side by side.
 */
export function distinctNames(sorted: ByteString[], onDoubled?: OnDoubled): ByteString[] {
  for (let index = 1; index < sorted.length; index += 1) {
    if (sorted[index] !== sorted[index - 1]) continue;
    const distinct = [...new Set(sorted)];
    onDoubled?.(distinct.filter((name) => sorted.lastIndexOf(name) !== sorted.indexOf(name)));
    return distinct;
  }
  return sorted;
}

/** What is to be said about such a directory. */
export function doubledWarning(names: readonly ByteString[]): string {
  const [first = ''] = names;
  const others = names.length === 1 ? '' : ` and ${names.length - 1} more`;
  return `the filesystem lists ${JSON.stringify(textOfBytes(first))}${others} more than once; each name counts once`;
}
