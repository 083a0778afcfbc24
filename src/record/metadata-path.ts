import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { NOGTREE } from './records.js';
import { isReserved } from './reserved-names.js';

/** As deep as trees of Git may be (git-config(1), `core.maxTreeDepth`). */
const MAX_DEPTH = 2048;

/** The path that stands for the whole realdir. */
const TOPLEVEL = '.';

/**
 * The file on `master-meta` that holds the metadata of a path: `.nogtree` for `.`, the `.nogtree` in
 * a directory for a path with a trailing slash, else the path itself.
 * @throws UsageError for a path that Git does not allow, or that is never recorded
 */
export function metadataFile(path: ByteString): ByteString {
  if (path === TOPLEVEL) return NOGTREE;
  const file = path.endsWith('/') ? `${path}${NOGTREE}` : path;
  const components = file.split('/');
  const name = components.pop();
  const isRecordName = name !== undefined && (name === NOGTREE || isOrdinary(name));
  if (isRecordName && components.length < MAX_DEPTH && components.every(isOrdinary)) return file;
  throw new UsageError(`${JSON.stringify(textOfBytes(path))} cannot have metadata`, {
    remedy: 'give a path relative to the real directory, a directory with a trailing slash, or `.`; no part may start with .git or .nog',
  });
}

function isOrdinary(component: ByteString): boolean {
  if (component === '' || component === '.' || component === '..' || component.includes('\0')) return false;
  // Git takes `.GIT` for `.git`, since some filesystems do.
  return !isReserved(component) && component.toLowerCase() !== '.git';
}

/** The path that a file on `master-meta` belongs to, the inverse of `metadataFile`. */
export function metadataPath(file: ByteString): ByteString {
  if (file === NOGTREE) return TOPLEVEL;
  return file.endsWith(`/${NOGTREE}`) ? file.slice(0, -NOGTREE.length) : file;
}
