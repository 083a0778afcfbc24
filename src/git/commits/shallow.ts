import { readStoredText } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** A clone of a history with hundreds of thousands of ends. */
const MAX_SHALLOW_BYTES = 16 << 20;

/** Commits, in hexadecimal, whose parents a shallow clone does not have, gitrepository-layout(5). */
export function shallowCommits(gitDir: ByteString): ReadonlySet<string> {
  const text = unlessErrno(['ENOENT'], '', () => readStoredText(joinPath(gitDir, 'shallow'), MAX_SHALLOW_BYTES));
  return new Set(text === '' ? [] : text.split('\n'));
}
