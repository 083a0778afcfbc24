import type { ByteString } from '../util/byte-string.js';

/** Name of the list of a directory in the tree that says what was hashed; no recorded file has it. */
export const HASHED_LIST = '.nogseen';

const ENTRY = /^(~?\d+ -?\d+ \d+|\+\d+ -?\d+ \d+ -?\d+) (.+)$/s;

/**
 * The list of what was hashed in a directory: for each name, what the file looked like then. Sorted by name; each entry ends
 * with a NUL. It is `+`, size, mtime in nanoseconds, inode and ctime in nanoseconds. Older versions have left out the plus sign and the
 * ctime. A tilde in front of three numbers says that they were taken from an index file of Git, which keeps 32 bits of each.
 */
export function formatHashedList(files: ReadonlyMap<ByteString, string>): ByteString {
  return [...files.keys()].sort().map((name) => `${files.get(name)} ${name}\0`).join('');
}

/** Reads such a list; null if it is none. */
export function parseHashedList(body: Buffer): Map<ByteString, string> | null {
  const entries = body.toString('latin1').split('\0');
  if (entries.pop() !== '') return null;
  const files = new Map<ByteString, string>();
  for (const entry of entries) {
    const [, look, name] = ENTRY.exec(entry) ?? [];
    if (look === undefined || name === undefined) return null;
    files.set(name, look);
  }
  return files;
}
