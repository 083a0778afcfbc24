import type { ByteString } from '../../util/byte-string.js';
import { RememberedFile } from './remembered-file.js';
import type { ShadowRepo } from '../shadow-repo.js';

/** Bytes of what is remembered of one directory: a tree id and a digest. */
export const PAIR_LENGTH = 40;

const FILE = new RememberedFile('stat-seen', 1);

/** What `stat` remembers about directories (`SeenDirectories`), from `.git/fso/stat-seen`; empty if that is nothing. */
export function readFingerprints(repo: ShadowRepo): ByteString {
  const pairs = FILE.read(repo.gitDir) ?? '';
  return pairs.length % PAIR_LENGTH === 0 ? pairs : '';
}

/** Replaces the file. */
export function writeFingerprints(repo: ShadowRepo, pairs: ByteString): void {
  FILE.write(repo.gitDir, pairs);
}
