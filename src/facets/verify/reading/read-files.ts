import type { ObjectReader } from '../../../git/objects/object-reader.js';
import type { Oid } from '../../../git/objects/object-id.js';
import { hashObject } from '../../../git/objects/object-id.js';
import type { HashPool } from '../../../realdir/hash/hash-pool.js';
import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import type { DirectoryCursor } from '../../../realdir/walk/directory-cursor.js';
import type { IntegrityFinding } from '../../../record/finding.js';
import { parseRecord } from '../../../record/parse.js';
import { fileShaRecord } from '../../../record/records.js';
import type { ByteString } from '../../../util/byte-string.js';
import type { PathTrace } from '../../../util/trace.js';
import type { ObservationEvents } from '../../observe/events.js';
import { throwIfFatal } from '../../observe/reading-failure.js';
import { whyUnread } from '../../observe/reasons.js';
import { hashedLook, hasSameTimes } from '../../sha/hashed-look.js';
import { lookOfFile } from '../past/classify.js';
import { statAt, withFile } from './at-path.js';
import type { ReadOrder, Slot } from './read-order.js';

/** A recorded file that is to be compared. */
export interface RecordedFile {
  readonly path: ByteString;
  readonly name: ByteString;
  /** Its record on `master-sha`; null if it has none any more. */
  readonly record: Oid | null;
  /** What it looked like when it was hashed; null if that is not known. */
  readonly look: string | null;
  /** What is known to be wrong with it. */
  readonly finding: IntegrityFinding | null;
}

/** A file whose bytes are not those that are recorded. */
export interface Mismatch {
  readonly file: RecordedFile;
  readonly slot: Slot;
  /** Of the right content. */
  readonly sha256: string;
}

/** The same after it was read twice. */
export interface ConfirmedMismatch extends Mismatch {
  readonly found: string;
  readonly stat: PreciseStat;
}

/** What reading files has shown. */
export class ReadResults {
  intact = 0;
  changed = 0;
  unreadable = 0;
  readonly suspects: Mismatch[] = [];
  readonly confirmed: ConfirmedMismatch[] = [];
  /** Files that have their bytes again, and what they look like. */
  readonly right: { readonly file: RecordedFile; readonly isAsRecorded: boolean }[] = [];
  /** What files look like whose recorded bytes were read, where that is not known yet. */
  readonly looks: { readonly path: ByteString; readonly before: string; readonly look: string }[] = [];
}

/** What files are read with. */
export interface ReadContext {
  readonly cursor: DirectoryCursor;
  readonly reader: ObjectReader;
  readonly pool: HashPool;
  readonly order: ReadOrder;
  readonly results: ReadResults;
  readonly events: ObservationEvents;
  readonly trace: PathTrace | null;
  readonly signal: AbortSignal | undefined;
}

/** The checksum of a recorded file; null if the record is not that of a file, or is written in another way than ours. */
export function sha256In(reader: ObjectReader, record: Oid): string | null {
  const sum = parseRecord(reader.readBlob(record))?.get('sha256');
  return typeof sum === 'string' ? sum : null;
}

const FLICKERED = 'was read wrong, and right the second time: have the memory, the controller and the cables of this machine checked';

/**
 * Reads files, and compares them with their records. What differs is read again by `readAgain`, after others, before it counts.
 */
export class FileReader {
  constructor(private readonly context: ReadContext) {}

  /** Reads a file for the first time. @param path by which it is reached now */
  async read(file: RecordedFile, stat: PreciseStat, path: ByteString, isTrusted: boolean, slot: Slot): Promise<void> {
    const { order, results, trace } = this.context;
    const startNs = BigInt(Date.now()) * 1_000_000n;
    const result = await this.hash(file, stat, path, isTrusted, slot);
    if (result === null) return;
    const { finding } = file;
    if (finding !== null) {
      if (result.sha256 === finding.sha256) this.isRight(file, stat, startNs, result);
      else results.confirmed.push({ file, slot, sha256: finding.sha256, found: result.sha256, stat });
      trace?.tell(file.path, result.sha256 === finding.sha256 ? 'right again' : `still ${finding.class}`);
      return order.settle(slot, 'read');
    }
    const record = fileShaRecord(file.name, stat.size, result.sha1, result.sha256);
    const isSame = hashObject('blob', Buffer.from(record, 'latin1')) === file.record;
    const sha256 = isSame ? result.sha256 : file.record === null ? null : sha256In(this.context.reader, file.record);
    if (sha256 === null) return order.settle(slot, 'passed');
    if (sha256 !== result.sha256) {
      trace?.tell(file.path, 'other bytes than recorded: to be read again');
      results.suspects.push({ file, slot, sha256 });
      return;
    }
    trace?.tell(file.path, 'intact');
    this.isIntact(file, stat, startNs);
    order.settle(slot, 'read');
  }

  /** Reads files again that differed; those that differ again are `confirmed`. */
  async readAgain(): Promise<void> {
    const { results, order, pool } = this.context;
    for (const suspect of results.suspects.splice(0)) {
      if (this.isAborted) return;
      const ready = pool.ready();
      if (ready !== undefined) await ready;
      await this.readOnceMore(suspect).catch((error: unknown) => {
        throwIfFatal(error);
        this.failed(suspect.file, error, suspect.slot);
      });
      if (suspect.slot.outcome === null && !this.isAborted) order.settle(suspect.slot, 'passed');
    }
  }

  private async readOnceMore(suspect: Mismatch): Promise<void> {
    const { cursor, events, results, trace, order } = this.context;
    const { file, slot, sha256 } = suspect;
    const startNs = BigInt(Date.now()) * 1_000_000n;
    const begun = withFile(cursor, file.path, (name, stat) => {
      if (stat.kind !== 'file' || file.look === null || !hasSameTimes(file.look, stat)) return null;
      return { stat, result: this.hash(file, stat, cursor.reach(name), false, slot) };
    });
    cursor.suspend();
    if (begun === null) return this.isChanged(file, slot);
    const result = await begun.result;
    if (result === null) return;
    const after = statAt(cursor, file.path);
    cursor.suspend();
    if (after === null || lookOfFile(after) !== lookOfFile(begun.stat)) return this.isChanged(file, slot);
    if (result.sha256 === sha256) {
      events.onWarning(file.path, FLICKERED);
      this.isIntact(file, begun.stat, startNs);
    } else {
      results.confirmed.push({ ...suspect, found: result.sha256, stat: begun.stat });
      trace?.tell(file.path, 'other bytes than recorded for the second time');
    }
    order.settle(slot, 'read');
  }

  /** Null if the file could not be read as it is recorded; that is dealt with. */
  private async hash(
    file: RecordedFile,
    stat: PreciseStat,
    path: ByteString,
    isTrusted: boolean,
    slot: Slot,
  ): Promise<{ readonly sha1: string; readonly sha256: string } | null> {
    try {
      const result = await this.context.pool.hash({ path, expected: stat, place: file.path, isTrusted });
      if (result.stable) return result;
      this.isChanged(file, slot);
    } catch (error) {
      // What was stopped was not read.
      if (!this.isAborted) this.failed(file, error, slot);
    }
    return null;
  }

  private get isAborted(): boolean {
    return this.context.signal?.aborted === true;
  }

  private isChanged(file: RecordedFile, slot: Slot): void {
    const { results, order, trace } = this.context;
    results.changed += 1;
    trace?.tell(file.path, 'changed since it was hashed; that is for sha');
    order.settle(slot, 'passed');
  }

  private failed(file: RecordedFile, error: unknown, slot: Slot): void {
    const { results, order, events, trace } = this.context;
    results.unreadable += 1;
    events.onProblem(file.path, error);
    trace?.tell(file.path, whyUnread(error));
    order.settle(slot, 'unread');
  }

  private isIntact({ path, look: before }: RecordedFile, stat: PreciseStat, startNs: bigint): void {
    const { results } = this.context;
    results.intact += 1;
    const look = hashedLook(stat, startNs);
    // Where it may have changed within the same tick of the clock, what is known is better.
    if (before !== null && look !== before && !look.endsWith(' 0')) results.looks.push({ path, before, look });
  }

  private isRight(file: RecordedFile, stat: PreciseStat, startNs: bigint, { sha1, sha256 }: { sha1: string; sha256: string }): void {
    const record = hashObject('blob', Buffer.from(fileShaRecord(file.name, stat.size, sha1, sha256), 'latin1'));
    const isAsRecorded = file.record === null || record === file.record || sha256In(this.context.reader, file.record) === sha256;
    this.context.results.right.push({ file, isAsRecorded });
    if (isAsRecorded) this.isIntact(file, stat, startNs);
  }
}
