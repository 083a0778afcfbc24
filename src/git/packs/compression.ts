import { constants } from 'node:zlib';

/**
 * Levels of zlib for objects that a run writes; `git-fso gc` compresses them again, better (`shadow/gc/repack`). Trees consist
 * of ids, which hardly get smaller.
 */
export const COMPRESSION = { tree: constants.Z_BEST_SPEED, other: 6, largeBlob: constants.Z_BEST_SPEED } as const;
