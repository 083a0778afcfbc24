import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { HashPool } from '../../../realdir/hash/hash-pool.js';
import { BY_HAND } from '../../../realdir/reach/reach.js';
import { openRegular } from '../../../realdir/read/read-bounded.js';
import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import { preciseStat } from '../../../realdir/stat/lstat.js';
import { DirectoryCursor } from '../../../realdir/walk/directory-cursor.js';
import { Outstanding } from '../../../util/async/outstanding.js';
import type { YieldTurn } from '../../../util/async/yield-regularly.js';
import type { ByteString } from '../../../util/byte-string.js';
import { isAtOrBelow, joinPath, normalPath, textOfBytes } from '../../../util/byte-string.js';
import { FsoError, messageOf } from '../../../util/errors.js';
import { yieldOutside } from '../../observe/yield-outside.js';
import { withFile } from '../reading/at-path.js';
import { lookOfFile } from '../past/classify.js';
import type { ListedSum } from './parse-sums.js';

/**
 * How a file differs from a list of checksums. By the time at which the list was written: `changed`, if the file has been modified since;
 * `rewritten`, if only its ctime is later; else `corrupt`. `different` where that time is not known. `missing` is what only the list has,
 * `extra` what it has not.
 */
export type SumDifference = 'corrupt' | 'rewritten' | 'changed' | 'different' | 'missing' | 'extra' | 'unreadable';

/** A file that differs. */
export interface SumResult {
  /** Absolute. */
  readonly path: ByteString;
  readonly class: SumDifference;
  /** What is listed; null for what is not. */
  readonly listed: ListedSum | null;
  /** What was read; null if nothing was. */
  readonly found: string | null;
  /** Why it could not be read. */
  readonly message?: string;
}

/** A comparison with a list of checksums. */
export interface SumComparison {
  readonly intact: number;
  readonly different: readonly SumResult[];
}

/** What is compared. */
export interface SumInput {
  readonly sums: readonly ListedSum[];
  /** Where relative names start; absolute. */
  readonly base: ByteString;
  /** When the list was written, in nanoseconds since the epoch; null if that is not known. */
  readonly writtenNs: bigint | null;
  /** Where files are looked for that are not listed; relative to the base, null for nowhere. */
  readonly extrasBelow: ByteString | null;
  /** Absolute path of the list itself, which is no file that is missing in it. */
  readonly list: ByteString | null;
  readonly workers: number;
  readonly signal?: AbortSignal;
}

const PIECE = 1 << 20;

/** Compares files with a list of checksums. Nothing is recorded. @throws FsoError if the base is no directory */
export async function compareFiles(input: SumInput): Promise<SumComparison> {
  const { base, sums, signal, workers } = input;
  const pool = new HashPool({ workers, ...(signal && { signal }) });
  const cursors = new Map<ByteString, DirectoryCursor>();
  const cursorOf = (top: ByteString): DirectoryCursor => {
    const cursor = cursors.get(top) ?? DirectoryCursor.open(top, BY_HAND);
    if (cursor === null) throw new FsoError(`${textOfBytes(top)}: there is no such directory`, { remedy: 'name it with --base' });
    cursors.set(top, cursor);
    return cursor;
  };
  try {
    cursorOf(base);
    const results: (SumResult | null)[] = [];
    const reading = new Outstanding();
    const known = new Set<ByteString>();
    for (const [index, listed] of sums.entries()) {
      signal?.throwIfAborted();
      const path = normalPath(listed.path.startsWith('/') ? listed.path : joinPath(base, listed.path));
      known.add(path);
      const top = isAtOrBelow(path, base) ? base : '/';
      const cursor = cursorOf(top);
      const ready = pool.ready();
      if (ready !== undefined) await ready;
      const compare = async (): Promise<void> => {
        results[index] = await compareOne(input, pool, cursor, path, path.slice(top === '/' ? 1 : top.length + 1), listed);
      };
      const work = compare();
      cursor.suspend();
      reading.add(work);
      // What the pool has no sums for is read here, one after the other.
      if (!isOfPool(listed)) await work;
    }
    await reading.whenDone();
    const different = results.filter((result) => result !== null);
    const extras = input.extrasBelow === null ? [] : await extraFiles(input, cursorOf(base), known);
    return { intact: results.length - different.length, different: [...different, ...extras] };
  } finally {
    for (const cursor of cursors.values()) cursor.close();
    await pool.close();
  }
}

function isOfPool({ algorithm }: ListedSum): boolean {
  return algorithm === 'sha1' || algorithm === 'sha256';
}

async function compareOne(
  { writtenNs, signal }: SumInput,
  pool: HashPool,
  cursor: DirectoryCursor,
  path: ByteString,
  relative: ByteString,
  listed: ListedSum,
): Promise<SumResult | null> {
  const result = (kind: SumDifference, found: string | null = null, message?: string): SumResult => {
    return { path, class: kind, listed, found, ...(message !== undefined && { message }) };
  };
  try {
    const begun = withFile(cursor, relative, (name, stat) => {
      if (stat.kind !== 'file') return { stat, found: null };
      const place = cursor.reach(name);
      return { stat, found: isOfPool(listed) ? hashInPool(pool, place, stat, listed) : hashHere(place, stat, listed, signal) };
    });
    if (begun === null) return result('missing');
    if (begun.found === null) return result('unreadable', null, 'is no regular file; symbolic links are not followed');
    const found = await begun.found;
    if (found === null) return result('unreadable', null, 'changed while it was read');
    if (found === listed.sum) return null;
    return result(differenceOf(begun.stat, writtenNs), found);
  } catch (error) {
    signal?.throwIfAborted();
    return result('unreadable', null, messageOf(error));
  }
}

function differenceOf({ mtimeNs, ctimeNs }: PreciseStat, writtenNs: bigint | null): SumDifference {
  if (writtenNs === null) return 'different';
  if (mtimeNs > writtenNs) return 'changed';
  return ctimeNs > writtenNs ? 'rewritten' : 'corrupt';
}

async function hashInPool(pool: HashPool, path: ByteString, stat: PreciseStat, { algorithm }: ListedSum): Promise<string | null> {
  const result = await pool.hash({ path, expected: stat });
  if (!result.stable) return null;
  return algorithm === 'sha1' ? result.sha1 : result.sha256;
}

/** Opened at once; read in turns with everything else. */
async function hashHere(
  path: ByteString,
  stat: PreciseStat,
  { algorithm }: ListedSum,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const fd = openRegular(path);
  if (fd === null) return null;
  try {
    const yieldTurn = yieldOutside(null, signal);
    const hash = createHash(algorithm);
    const piece = Buffer.allocUnsafe(PIECE);
    for (let position = 0; ; ) {
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
      const got = readSync(fd, piece, 0, piece.length, position);
      if (got === 0) break;
      hash.update(piece.subarray(0, got));
      position += got;
    }
    const after = preciseStat(fstatSync(fd, { bigint: true }));
    return lookOfFile(after) === lookOfFile(stat) ? hash.digest('hex') : null;
  } finally {
    closeSync(fd);
  }
}

/** Files that are not listed. */
async function extraFiles(
  { base, extrasBelow, list, signal }: SumInput,
  cursor: DirectoryCursor,
  known: ReadonlySet<ByteString>,
): Promise<readonly SumResult[]> {
  const found: SumResult[] = [];
  const yieldTurn: YieldTurn = yieldOutside(cursor, signal);
  const visit = async (directory: ByteString): Promise<void> => {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    for (const name of cursor.names().sort()) {
      const path = joinPath(directory, name);
      const stat = cursor.lstat(name);
      if (stat?.kind === 'file' && !known.has(path) && path !== list) found.push({ path, class: 'extra', listed: null, found: null });
      if (stat?.kind !== 'directory') continue;
      await entered(cursor, name, () => visit(path), (error) => {
        found.push({ path, class: 'unreadable', listed: null, found: null, message: messageOf(error) });
      });
    }
  };
  if (extrasBelow === '' || extrasBelow === null) await visit(base);
  else await entered(cursor, extrasBelow, () => visit(joinPath(base, extrasBelow)), () => undefined);
  cursor.suspend();
  return found;
}

async function entered(
  cursor: DirectoryCursor,
  name: ByteString,
  visit: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    const stat = cursor.lstat(name);
    if (stat?.kind !== 'directory' || !cursor.descend(name, stat)) return;
  } catch (error) {
    onError(error);
    return;
  }
  try {
    await visit();
  } catch (error) {
    if (error instanceof DOMException) throw error;
    onError(error);
  }
  cursor.ascend();
}
