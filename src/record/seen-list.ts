import type { ByteString } from '../util/byte-string.js';

/** Name of the list of a directory in the tree that says what was hashed; no recorded file has it. */
export const SEEN_LIST = '.nogseen';

const ENTRY = /^(~?\d+ -?\d+ \d+) (.+)$/s;

/**
 * The list of what was hashed in a directory: for each name, what the file looked like then (size,
 * mtime in nanoseconds, inode). Sorted by name; each entry ends with a NUL. A tilde in front says that
 * it was taken from an index file of Git, which keeps 32 bits of each number.
 */
export function formatSeenList(files: ReadonlyMap<ByteString, string>): ByteString {
  return [...files.keys()].sort().map((name) => `${files.get(name)} ${name}\0`).join('');
}

/** Reads such a list; null if it is none. */
export function parseSeenList(body: Buffer): Map<ByteString, string> | null {
  const entries = body.toString('latin1').split('\0');
  if (entries.pop() !== '') return null;
  const files = new Map<ByteString, string>();
  for (const entry of entries) {
    const [, key, name] = ENTRY.exec(entry) ?? [];
    if (key === undefined || name === undefined) return null;
    files.set(name, key);
  }
  return files;
}
