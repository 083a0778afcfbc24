import type { ByteString } from '../../util/byte-string.js';

/** The report about all roots; when it was written tells when the next one is due. */
export const WHOLE_REPORT = 'all.html';

/** The report about one root: as the path is written, without what would be a directory of its own. */
export function nameOf(root: ByteString): ByteString {
  return `${root === '/' ? 'root' : root.slice(1).replaceAll('/', '_')}.html`;
}
