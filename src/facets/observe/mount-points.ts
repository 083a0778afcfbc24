import { closeSync } from 'node:fs';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { hashObject } from '../../git/objects/object-id.js';
import { lstatEntry } from '../../realdir/stat/lstat.js';
import { holdBelow, holdDirectory, namesOf, pathOf, placeOf } from '../../realdir/reach/open-step.js';
import { withRealdir } from '../../realdir/reach/reach.js';
import { MOUNTS_REF } from '../../shadow/facets.js';
import type { MountList } from '../../shadow/mounts/mount-list.js';
import { formatMountList, readMountList } from '../../shadow/mounts/mount-list.js';
import { mountPointsIn } from '../../shadow/mounts/mount-table.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { RefMove, Transaction } from '../../shadow/transaction/transaction.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import type { ObservationEvents } from './events.js';

/** Told for each point where nothing is mounted any more. */
class NotMountedError extends FsoError {
  constructor() {
    super('nothing is mounted here, where a filesystem was when it was recorded', {
      remedy: 'mount it; if this is how it shall be, run once with --accept-empty',
    });
  }
}

/**
 * Where filesystems are mounted in a realdir, and where they were when it was recorded: one that is missing
 * is not deleted. What was recorded there, and sums over it, stay.
 */
export class MountPoints {
  /** Where nothing is mounted any more. */
  private readonly lost: readonly ByteString[];
  private readonly found: Set<ByteString>;

  /** @param accepts takes what is there now for what shall be recorded */
  private constructor(
    private readonly repo: Pick<ShadowRepo, 'realdir' | 'bounds'>,
    private readonly before: MountList,
    accepts: boolean,
  ) {
    // Before anything is recorded the table is read again; only where a filesystem may be missing is that too late.
    this.found = new Set(this.mounted(before.points.length === 0));
    this.lost = accepts ? [] : before.points.filter((point) => !this.found.has(point) && !this.isOnAnotherDevice(point));
    if (!accepts) for (const point of before.points) this.found.add(point);
  }

  /** @throws FsoError if what is remembered is damaged */
  static of(repo: ShadowRepo, reader: ObjectReader, options: Pick<RunOptions, 'acceptEmpty'> = {}): MountPoints {
    return new MountPoints(repo, readMountList(repo.gitDir, reader), options.acceptEmpty === true);
  }

  /** True if everything is mounted that was. */
  get isComplete(): boolean {
    return this.lost.length === 0;
  }

  /** Tells of each point where nothing is mounted any more. */
  report(events: Pick<ObservationEvents, 'onProblem'>): void {
    for (const point of this.lost) events.onProblem(point, new NotMountedError());
  }

  /** True if a filesystem is missing at this path or below it. */
  isMissingIn(path: ByteString): boolean {
    return this.lost.some((point) => point === path || path === '' || point.startsWith(`${path}/`));
  }

  /** True if a filesystem is missing at this very path. */
  isMissingAt(path: ByteString): boolean {
    return this.lost.includes(path);
  }

  /**
   * How the ref is to move, before what was seen is recorded; the blob is written. None if nothing is new.
   * @param isChanged something will be recorded, perhaps from what was mounted since the run began
   */
  async moves(transaction: Transaction, isChanged: boolean): Promise<RefMove[]> {
    if (isChanged) for (const point of this.mounted(false)) this.found.add(point);
    const body = formatMountList([...this.found].sort());
    const isSame = this.before.oid === null ? body.length === 0 : hashObject('blob', body) === this.before.oid;
    if (isSame) return [];
    await transaction.lock();
    const next = body.length === 0 ? null : transaction.writeBlob(body);
    return [{ ref: MOUNTS_REF, expected: this.before.oid, next }];
  }

  private mounted(isRecentEnough: boolean): ByteString[] {
    const { held } = this.repo.bounds;
    const place = (top: number): ByteString => (isRecentEnough && held?.fd === top ? held.realPath(top) : pathOf(top));
    const points = this.inRealdir((top) => mountPointsIn(place(top), isRecentEnough)) ?? [];
    return points.filter((point) => this.at(point, () => true) === true);
  }

  /** Holds a directory in the realdir; null if there is none. */
  private at<T>(point: ByteString, look: (place: ByteString) => T): T | null {
    return this.inRealdir((top) => {
      const fd = holdBelow(holdDirectory(`${placeOf(top)}/.`), namesOf(point), this.repo.realdir);
      try {
        return look(placeOf(fd));
      } finally {
        closeSync(fd);
      }
    });
  }

  /** Null if something is not there; whoever reads the realdir says what is wrong. */
  private inRealdir<T>(look: (top: number) => T): T | null {
    const { realdir, bounds } = this.repo;
    try {
      return withRealdir(realdir, bounds, (_, fd) => look(fd));
    } catch (error) {
      if (error instanceof FsoError || errnoOf(error) !== undefined) return null;
      throw error;
    }
  }

  /** As a subvolume is, which no mount table has. Looking there has an automounter mount it. */
  private isOnAnotherDevice(point: ByteString): boolean {
    return this.at(point, (place) => lstatEntry(`${place}/.`)?.dev !== lstatEntry(`${place}/..`)?.dev) === true;
  }
}
