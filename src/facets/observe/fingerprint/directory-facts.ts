import { hash } from 'node:crypto';
import type { EntryStat } from '../../../realdir/stat/lstat.js';
import type { ByteString } from '../../../util/byte-string.js';

/** Directories with more entries are always compared one by one. */
export const FACTS_MAX = 4096;

/** Stands for the size of what is not a regular file. */
const CODES = { directory: -1, symlink: -2, other: -3, passedOver: -4 } as const;

/** Numbers first, then texts, for one directory after the other. */
interface Scratch {
  readonly bytes: Buffer;
  readonly numbers: Float64Array;
}

let kept: Scratch | null = null;

/** Made when it is first needed: most commands look at no directory. */
function scratch(): Scratch {
  if (kept !== null) return kept;
  const bytes = Buffer.alloc(256 * 1024);
  kept = { bytes, numbers: new Float64Array(bytes.buffer, bytes.byteOffset, 1 + 2 * FACTS_MAX) };
  return kept;
}

/**
 * What decides whether the files of a directory are recorded as they are: the names in it, kinds, sizes
 * and mtimes. One digest of all is ten times cheaper than making the record of each file to compare it.
 * Only one is in use at a time.
 */
export class DirectoryFacts {
  private readonly scratch = scratch();
  private count = 0;
  private targets: ByteString = '';

  /** Adds the next entry. Returns false if its facts do not fit, so that there can be no digest. */
  add({ kind, size, mtime }: EntryStat): boolean {
    if (kind !== 'file') return this.put(CODES[kind], 0);
    return typeof size === 'number' && this.put(size, mtime);
  }

  /** Adds the next entry, a symbolic link; returns false like `add`. */
  addLink(target: ByteString): boolean {
    this.targets += `${target}\0`;
    return this.put(CODES.symlink, target.length);
  }

  /** Adds the next entry, of which nothing counts but its name; returns false like `add`. */
  passOver(): boolean {
    return this.put(CODES.passedOver, 0);
  }

  /**
   * Digest of 20 bytes; null if there is too much.
   * @param names of all entries, in the order in which they were added
   * @param context whatever else decides what is recorded
   */
  digest(names: readonly ByteString[], context: string): ByteString | null {
    const { bytes, numbers } = this.scratch;
    numbers[0] = this.count;
    const texts = `${names.join('/')}\0${this.targets}${context}`;
    const textsAt = 8 * (1 + 2 * this.count);
    if (texts.length > bytes.length - textsAt) return null;
    const end = textsAt + bytes.write(texts, textsAt, 'latin1');
    return hash('sha1', bytes.subarray(0, end), 'latin1' as 'hex');
  }

  private put(size: number, mtime: number): boolean {
    if (this.count === FACTS_MAX) return false;
    const { numbers } = this.scratch;
    const at = 1 + 2 * this.count;
    numbers[at] = size;
    numbers[at + 1] = mtime;
    this.count += 1;
    return true;
  }
}
