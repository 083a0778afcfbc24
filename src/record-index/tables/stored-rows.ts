import type { Sums } from '../../history/states/checksums.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, isTextInUtf8, plainTextOfBytes } from '../../util/byte-string.js';
import type { Appender } from '../duckdb.js';

/** What a row is about. */
export type RowKind = 'file' | 'link' | 'bundle' | 'submodule' | 'toplevel';

/** A state of a path from one time to another, as it is stored. */
export interface VersionRow {
  readonly repo: string;
  /** Absolute. */
  readonly path: ByteString;
  readonly kind: RowKind;
  /** Bytes. */
  readonly size: number | bigint;
  /** Regular files: 1 for a file. */
  readonly files: number | bigint;
  /** Seconds since 1970; null where that is not recorded. */
  readonly mtime: number | bigint | null;
  readonly sums: Sums | null;
  /** What it had when its checksum was found; null where that is not known, and of states that have ended. */
  readonly inode: bigint | null;
  /** Seconds since 1970. */
  readonly from: number;
  /** When something else was recorded; null if that has not happened. */
  readonly to: number | null;
  /** What the path had before, in bytes; null if there was nothing. */
  readonly sizeBefore: number | bigint | null;
  /** It ended because there was nothing any more. */
  readonly isGone: boolean;
  /** From when on another repo counts it, in seconds since 1970; null if none does. */
  readonly countedUntil: number | null;
}

/** A commit on a branch. */
export interface RunRow {
  readonly repo: string;
  readonly facet: string;
  /** Counts from 0. */
  readonly number: number;
  /** In hexadecimal. */
  readonly commit: string;
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

/** Columns of the files with versions, in the order of `appendVersion`. Whole seconds are stored, times are made when somebody asks. */
export const VERSION_COLUMNS =
  'repo VARCHAR, dir VARCHAR, name VARCHAR, path_bytes BLOB, kind VARCHAR, size BIGINT, files BIGINT, mtime_s BIGINT, sha1 BLOB, ' +
  'sha256 BLOB, inode BIGINT, valid_from BIGINT, valid_to BIGINT, size_before BIGINT, gone BOOLEAN, counted_until BIGINT';

/** Columns of the files with runs, in the order of `appendRun`. */
export const RUN_COLUMNS =
  'repo VARCHAR, facet VARCHAR, number BIGINT, "commit" BLOB, time BIGINT, added BIGINT, modified BIGINT, deleted BIGINT';

const INT64_MAX = 2n ** 63n - 1n;

/** What filesystems and damaged records may have beyond 64 bits is as large as can be. */
function int64(value: number | bigint): bigint {
  const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
  return whole > INT64_MAX ? INT64_MAX : whole < -INT64_MAX ? -INT64_MAX : whole;
}

function appendNumber(appender: Appender, value: number | bigint | null): void {
  if (value === null) appender.appendNull();
  else appender.appendBigInt(int64(value));
}

function appendHex(appender: Appender, hex: string | undefined): void {
  if (hex === undefined) appender.appendNull();
  else appender.appendBlob(Buffer.from(hex, 'hex'));
}

/** The directory of a path in front of the last slash, and the last name; both empty for `/`. */
function dirAndName(path: ByteString): { readonly dir: string; readonly name: string } {
  const dir = directoryOf(path);
  return { dir: dir === '/' ? '' : plainTextOfBytes(dir), name: plainTextOfBytes(baseOf(path)) };
}

/** Appends what tells a path from all others: text, and where that is not the same as the bytes, these. */
export function appendPath(appender: Appender, path: ByteString): void {
  const { dir, name } = dirAndName(path);
  appender.appendVarchar(dir);
  appender.appendVarchar(name);
  if (isTextInUtf8(path)) appender.appendNull();
  else appender.appendBlob(Buffer.from(path, 'latin1'));
}

export function appendVersion(appender: Appender, row: VersionRow): void {
  appender.appendVarchar(row.repo);
  appendPath(appender, row.path);
  appender.appendVarchar(row.kind);
  appendNumber(appender, row.size);
  appendNumber(appender, row.files);
  appendNumber(appender, row.mtime);
  appendHex(appender, row.sums?.sha1);
  appendHex(appender, row.sums?.sha256);
  appendNumber(appender, row.inode);
  appendNumber(appender, row.from);
  appendNumber(appender, row.to);
  appendNumber(appender, row.sizeBefore);
  appender.appendBoolean(row.isGone);
  appendNumber(appender, row.countedUntil);
  appender.endRow();
}

export function appendRun(appender: Appender, row: RunRow): void {
  appender.appendVarchar(row.repo);
  appender.appendVarchar(row.facet);
  appendNumber(appender, row.number);
  appendHex(appender, row.commit);
  appendNumber(appender, row.seconds);
  appendNumber(appender, row.added);
  appendNumber(appender, row.modified);
  appendNumber(appender, row.deleted);
  appender.endRow();
}
