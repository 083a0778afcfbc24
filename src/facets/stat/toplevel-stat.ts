import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { readImmutable } from '../../realdir/attributes/immutable.js';
import { inspectRepo } from '../../realdir/nested-git/nested-repo.js';
import { TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { RecordFields } from '../../record/parse.js';
import { parseRecord } from '../../record/parse.js';
import { NOGTREE, toplevelStatRecord } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObservationEvents } from '../observe/events.js';

/** The fields of the toplevel `.nogtree` in a tree of `master-stat`; null if there is none. */
export function readToplevel(reader: ObjectReader, tree: Oid | null): RecordFields | null {
  const entry = tree === null ? undefined : reader.readTree(tree).find((candidate) => candidate.name === NOGTREE);
  return entry === undefined ? null : parseRecord(reader.readBlob(entry.oid));
}

/** How many entries the realdir had when the record was made; null if it does not say. */
export function entriesOf(fields: RecordFields | null): number | null {
  const counts = ['dirs', 'files', 'links', 'others'].map((name) => fields?.get(name) ?? 0);
  return fields?.has('dirs') === true ? counts.reduce<number>((sum, count) => sum + Number(count), 0) : null;
}

/** True if the record says that the realdir has the immutable attribute. */
export function isRecordedImmutable(fields: RecordFields | null): boolean {
  return String(fields?.get('attrs') ?? '').includes('i');
}

/** True if a realdir is missing or immutable, and the record says that it is immutable: then nothing in it should have changed. */
export function isKeptAsImmutable(cursor: DirectoryCursor | null, recorded: RecordFields | null): boolean {
  return isRecordedImmutable(recorded) && (cursor === null || readImmutable(cursor.reach('.')).immutable);
}

interface OwnRepository {
  readonly head: string;
  readonly mtime: number;
}

/** Commit and mtime of the repository that the realdir itself is; null if there is no commit. */
function ownRepository(cursor: DirectoryCursor, events: ObservationEvents): OwnRepository | null {
  const repo = inspectRepo(cursor.reach('.'), cursor.ground);
  if (!repo.isRepo) return null;
  if (repo.warning !== undefined) events.onWarning('', repo.warning);
  const stat = cursor.lstat('.git');
  return repo.head === null || stat === null ? null : { head: repo.head, mtime: stat.mtime };
}

/** The toplevel record of one run: whether it must be made anew, and how. */
export class ToplevelStat {
  /** Sums over the realdir; null if the record is kept. */
  readonly summary: TreeSummary | null;
  /** Sums over the realdir's own `.git`; null if the record is kept or there is no such repository. */
  readonly gitSummary: TreeSummary | null = null;
  /** For `status`: `?` if there is no record yet, `M` if the mtime differs; the attribute has no say. */
  readonly letter: '?' | 'M' | null;
  /** True if the record must be made anew, whatever was changed below. */
  readonly isStale: boolean;

  private readonly immutable: boolean;
  private readonly git: OwnRepository | null = null;

  /** @param forced renews the record although nothing triggers it */
  constructor(
    private readonly cursor: DirectoryCursor,
    private readonly recorded: RecordFields | null,
    forced: boolean,
    events: ObservationEvents,
  ) {
    const { immutable, warning } = readImmutable(cursor.reach('.'));
    if (warning !== undefined) events.onWarning('', warning);
    this.immutable = immutable;
    const isTouched = recorded?.get('mtime') !== cursor.rootStat.mtime;
    this.isStale = isTouched || isRecordedImmutable(recorded) !== immutable;
    if (recorded === null) this.letter = '?';
    else this.letter = isTouched ? 'M' : null;
    this.summary = forced || this.isStale ? new TreeSummary() : null;
    if (this.summary === null) return;
    try {
      this.git = ownRepository(cursor, events);
    } catch (error) {
      events.onProblem('.git', error);
      this.summary.complete = false;
    }
    if (this.git !== null) this.gitSummary = new TreeSummary();
  }

  /** The record after everything was visited; null keeps the last one. */
  record(): ByteString | null {
    const { summary, git, gitSummary, immutable } = this;
    if (summary === null || (!summary.complete && this.recorded !== null)) return null;
    return toplevelStatRecord({
      mtime: this.cursor.rootStat.mtime,
      counts: summary,
      mtimeMin: summary.mtimeMin,
      mtimeMax: summary.mtimeMax,
      immutable,
      git: git === null || gitSummary === null ? null : { ...git, counts: gitSummary },
    });
  }
}
