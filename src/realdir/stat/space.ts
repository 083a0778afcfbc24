import { statfsSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';

/** Bytes of a filesystem. */
export interface Space {
  readonly size: bigint;
  readonly used: bigint;
  /** What is left for those who are not root. */
  readonly free: bigint;
}

/** The space of the filesystem that a directory is on. @throws the error of statfs(2) */
export function spaceOf(directory: ByteString): Space {
  const { bsize, blocks, bfree, bavail } = statfsSync(fsPath(directory), { bigint: true });
  return { size: blocks * bsize, used: (blocks - bfree) * bsize, free: bavail * bsize };
}
