import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { fuseMounts, NotEnteredError } from './fuse-mounts.js';
import { pathOf } from './open-step.js';
import type { Bounds } from './reach.js';

/** Where a walk must not even look: FUSE filesystems below its realdir. */
export class Barred {
  /** Paths relative to the realdir. */
  private paths = new Set<ByteString>();
  private seen: readonly ByteString[] = [];
  private readonly realdir: ByteString | null;

  /** @param held a descriptor of the realdir */
  static of(held: number, bounds: Bounds): Barred {
    return new Barred(bounds.held?.fd === held ? bounds.held.realPath(held) : pathOf(held), bounds);
  }

  /** @param realdir absolute path without symbolic links */
  constructor(realdir: ByteString, { entersFuse }: Pick<Bounds, 'entersFuse'>) {
    this.realdir = entersFuse === true ? null : realdir;
    this.renew();
  }

  /** False, almost always, where nothing is barred. */
  get isAny(): boolean {
    return this.paths.size > 0;
  }

  /** Takes notice of what was mounted since. */
  renew(): void {
    const mounts = this.realdir === null ? this.seen : fuseMounts();
    if (mounts === this.seen || this.realdir === null) return;
    const { realdir } = this;
    this.seen = mounts;
    this.paths = new Set(
      mounts.filter((point) => point !== realdir && isAtOrBelow(point, realdir)).map((point) => point.slice(joinPath(realdir, '').length)),
    );
  }

  /**
   * @param levels the directories that lead from the realdir to that of the entry
   * @throws NotEnteredError for an entry that is barred
   */
  refuse(levels: readonly { readonly name: ByteString }[], entry: ByteString): void {
    if (this.has(levels, entry)) throw new NotEnteredError();
  }

  /** Like `refuse`, for a path relative to the realdir. */
  refusePath(path: ByteString): void {
    if (this.hasPath(path)) throw new NotEnteredError();
  }

  /** True if what is at a path relative to the realdir is barred. */
  hasPath(path: ByteString): boolean {
    return this.paths.has(path);
  }

  private has(levels: readonly { readonly name: ByteString }[], entry: ByteString): boolean {
    return this.hasPath([...levels.map(({ name }) => name), entry].join('/'));
  }
}
