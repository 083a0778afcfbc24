import type { ByteString } from '../util/byte-string.js';
import { parseRecord } from './parse.js';
import { quoteName } from './quote.js';

/** What may have happened to a file whose bytes are not those that are recorded. */
export const FINDING_CLASSES = ['corrupt', 'rewritten'] as const;

/** `corrupt`: nobody wrote it, the storage did; `rewritten`: somebody replaced or restored it, and put its mtime back. */
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** A file with bytes that are not the right ones. */
export interface IntegrityFinding {
  readonly class: FindingClass;
  /** Of the right content, in bytes. */
  readonly size: number | bigint;
  /** Of the right content, in lower-case hexadecimal. */
  readonly sha256: string;
  /** SHA-256 of what was read instead, when it was last read. */
  readonly found: string;
  /** When the right content was last read, in seconds since the epoch. */
  readonly lastGood: number;
  /** When other content was first read, in seconds since the epoch. */
  readonly firstBad: number;
  /** What the file with the wrong content looks like: size, mtime in nanoseconds, inode and ctime in nanoseconds. */
  readonly file: string;
}

/** Record of a finding on `master-verify`, at the path of the file. */
export function findingRecord(name: ByteString, finding: IntegrityFinding): ByteString {
  const { class: kind, size, sha256, found, lastGood, firstBad, file } = finding;
  return (
    `name: ${quoteName(name)}\nclass: "${kind}"\nsize: ${size}\nsha256: "${sha256}"\nfound: "${found}"\n` +
    `lastGood: ${lastGood}\nfirstBad: ${firstBad}\nfile: "${file}"\n`
  );
}

const SHA256 = /^[0-9a-f]{64}$/;
const FILE = /^\d+ -?\d+ \d+ -?\d+$/;

/** Reads such a record; null if it is none. */
export function parseFinding(body: Buffer): IntegrityFinding | null {
  const fields = parseRecord(body);
  const text = (key: string, pattern: RegExp): string | null => {
    const value = fields?.get(key);
    return typeof value === 'string' && pattern.test(value) ? value : null;
  };
  const number = (key: string): number | bigint | null => {
    const value = fields?.get(key);
    return value === undefined || typeof value === 'string' ? null : value;
  };
  const kind = FINDING_CLASSES.find((each) => each === fields?.get('class'));
  const [size, lastGood, firstBad] = [number('size'), number('lastGood'), number('firstBad')];
  const [sha256, found, file] = [text('sha256', SHA256), text('found', SHA256), text('file', FILE)];
  if (kind === undefined || size === null || lastGood === null || firstBad === null) return null;
  if (sha256 === null || found === null || file === null) return null;
  return { class: kind, size, sha256, found, lastGood: Number(lastGood), firstBad: Number(firstBad), file };
}
