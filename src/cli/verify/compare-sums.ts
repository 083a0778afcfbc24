import { fstatSync, readSync } from 'node:fs';
import { DEFAULTS } from '../../defaults.js';
import type { SumResult } from '../../facets/verify/sums/compare-files.js';
import { compareFiles } from '../../facets/verify/sums/compare-files.js';
import { isBagItManifest, parseSums } from '../../facets/verify/sums/parse-sums.js';
import { withRegularFile } from '../../realdir/read/read-bounded.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, bytesOfText, directoryOf } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import type { CliContext } from '../context.js';
import { absolutePath } from '../context.js';
import { ExitStatus, statusOfDone, worseStatus } from '../exit-status.js';
import { jsonLine } from '../render/json-text.js';
import { jsonPath } from '../render/json-values.js';
import { formatNumber } from '../../util/text/quantities.js';

/** How to compare with a list of checksums. */
export interface SumFlags {
  /** The list; `-` for standard input. */
  readonly from: string;
  readonly base: string | undefined;
  readonly json: boolean;
}

const STDIN = 0;

/** The longest list that is read, in bytes: some two million files. */
const LIST_MAX = 256 * 1024 * 1024;
const PIECE = 1024 * 1024;

/** @throws UsageError if it is longer than a list can be */
function readAll(fd: number, from: string): Buffer {
  const pieces: Buffer[] = [];
  const piece = Buffer.allocUnsafe(PIECE);
  for (let length = 0; ; ) {
    const got = readSync(fd, piece);
    if (got === 0) return Buffer.concat(pieces, length);
    pieces.push(Buffer.from(piece.subarray(0, got)));
    length += got;
    if (length <= LIST_MAX) continue;
    throw new UsageError(`${safeText(from)}: is larger than 256 MiB`, { remedy: 'split it, and compare with one part after the other' });
  }
}

interface List {
  readonly body: Buffer;
  readonly path: ByteString | null;
  readonly writtenNs: bigint | null;
}

function readList(context: CliContext, from: string): List {
  if (from === '-') return { body: readAll(STDIN, from), path: null, writtenNs: null };
  const path = absolutePath(context, from);
  const list = withRegularFile(path, (fd) => ({ body: readAll(fd, from), writtenNs: fstatSync(fd, { bigint: true }).mtimeNs }));
  if (list === null) throw new UsageError(`${safeText(from)}: there is no such file`);
  return { ...list, path };
}

function textOf({ path, class: kind, message }: SumResult): string {
  return `${kind.toUpperCase()} ${safePath(path)}${message === undefined ? '' : `: ${safeText(message)}`}\n`;
}

function jsonOf({ path, class: kind, listed, found, message }: SumResult): string {
  const sums = listed === null ? {} : { algorithm: listed.algorithm, expected: listed.sum, found };
  return jsonLine({ type: 'difference', ...jsonPath('path', path), class: kind, ...sums, ...(message !== undefined && { message }) });
}

const FINDINGS = ['corrupt', 'rewritten', 'changed', 'different', 'missing'];

/** Compares files with a list of checksums, and tells what differs. */
export async function compareSums(context: CliContext, { from, base, json }: SumFlags): Promise<void> {
  const { body, path, writtenNs } = readList(context, from);
  const name = path === null ? '' : baseOf(path);
  const isBagIt = isBagItManifest(name);
  const { sums, strange } = parseSums(body, isBagIt);
  if (sums.length === 0) throw new UsageError(`${safeText(from)}: has no checksums of sha256sum, sha1sum, md5sum or BagIt`);
  for (const line of strange.slice(0, 20)) context.stderr.write(`warning: ${safeText(from)}:${line}: is no checksum\n`);
  const start = base === undefined ? (isBagIt && path !== null ? directoryOf(path) : context.directory) : absolutePath(context, base);
  const isOfTags = isBagIt && name.toLowerCase().startsWith('tag');
  const { intact, different } = await compareFiles({
    sums,
    base: start,
    writtenNs,
    extrasBelow: isOfTags ? null : bytesOfText(isBagIt ? 'data' : ''),
    list: path,
    workers: DEFAULTS.hashWorkers,
    signal: context.signal,
  });
  context.stdout.write(different.map((each) => (json ? jsonOf(each) : textOf(each))).join(''));
  const counts: Record<string, number> = {};
  for (const { class: kind } of different) counts[kind] = (counts[kind] ?? 0) + 1;
  const words = Object.entries(counts).map(([kind, count]) => `, ${formatNumber(count)} ${kind}`);
  context.stdout.write(json ? jsonLine({ type: 'total', intact, ...counts }) : `${formatNumber(intact)} intact${words.join('')}\n`);
  if (different.some(({ class: kind }) => kind === 'unreadable') || strange.length > 0) {
    context.exitStatus = worseStatus(context.exitStatus, statusOfDone({ isPartial: true }));
  }
  const isFound = different.some(({ class: kind }) => FINDINGS.includes(kind));
  if (isFound) context.exitStatus = worseStatus(context.exitStatus, ExitStatus.finding);
}
