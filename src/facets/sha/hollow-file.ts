import type { PreciseStat } from '../../realdir/stat/lstat.js';

/** From this size on, in bytes, reading takes so long that it matters whether there is anything to read. */
const SPARSE_SIZE = 1024 ** 3;

/** Bytes of a block, as stat(2) counts them. */
const BLOCK = 512;

/** What is told of such a file. */
export const HOLLOW = 'is larger than 1 GiB, and less than 1 % of it is data: scheduled runs leave it out, `git-fso sha` reads it';

/** True for a file that is large, and of which less than 1 % is data: a moment makes one that takes days to read. */
export function isHollow({ size, blocks }: Pick<PreciseStat, 'size' | 'blocks'>): boolean {
  return size > SPARSE_SIZE && blocks * BLOCK * 100 < size;
}
