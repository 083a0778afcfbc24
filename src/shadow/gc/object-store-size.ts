import { lstatSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { namesIn, subdirectoriesIn } from '../layout/directory-names.js';

/** How many files hold the objects of a repository, and how big they are. Sizes in bytes. */
export interface ObjectStoreSize {
  /** Objects that have a file of their own. */
  readonly loose: number;
  /** Packs that a gc would merge: those without `.keep`, and without `.mtimes`, which holds garbage until it is old enough. */
  readonly packs: number;
  /** The biggest of these packs. */
  readonly largestPack: number;
  /** All of these packs. */
  readonly packBytes: number;
  /** Everything: loose objects, packs of any kind, and what belongs to packs. */
  readonly bytes: number;
}

const FAN_OUT = /^[0-9a-f]{2}$/;
const LOOSE = /^[0-9a-f]{38}$/;

/** Looks at the files in `objects`; nothing is read but names and sizes. */
export function measureObjectStore(gitDir: ByteString): ObjectStoreSize {
  const objects = joinPath(gitDir, 'objects');
  const sizeOf = (path: ByteString): number => unlessErrno(['ENOENT'], 0, () => lstatSync(fsPath(path)).size);
  let [loose, packs, largestPack, packBytes, bytes] = [0, 0, 0, 0, 0];
  for (const fan of subdirectoriesIn(objects).filter((name) => FAN_OUT.test(name))) {
    for (const name of namesIn(joinPath(objects, fan)).filter((one) => LOOSE.test(one))) {
      loose += 1;
      bytes += sizeOf(joinPath(objects, `${fan}/${name}`));
    }
  }
  const packNames = namesIn(joinPath(objects, 'pack'));
  const present = new Set(packNames);
  for (const name of packNames.filter((one) => one.startsWith('pack-'))) {
    const size = sizeOf(joinPath(objects, `pack/${name}`));
    bytes += size;
    if (!name.endsWith('.pack') || ['keep', 'mtimes'].some((end) => present.has(name.replace(/pack$/, end)))) continue;
    packs += 1;
    packBytes += size;
    largestPack = Math.max(largestPack, size);
  }
  return { loose, packs, largestPack, packBytes, bytes };
}
