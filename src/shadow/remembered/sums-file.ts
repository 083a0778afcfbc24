import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { LinkedInodes, TreeSums } from '../../realdir/sums/tree-summary.js';
import type { ByteString } from '../../util/byte-string.js';
import { RememberedFile } from './remembered-file.js';

const FILE = new RememberedFile('sums', 1);

/** With more inodes of several links than this, sums are not handed up: whoever needs them walks. */
const MAX_LINKED = 100_000;

/** When a realdir was summed up. */
export interface SumTimes {
  /** When the sums of the toplevel record are from; null if that is not known. */
  readonly at: Date | null;
  /** When all sums, those of nogbundles and submodules included, were last made as far as that was possible. */
  readonly allAt: Date | null;
}

/** Sums over a realdir, for whoever sums up a directory above. */
export interface HandedSums {
  /** When the walk began. */
  readonly begun: Date;
  /** The toplevel directory. */
  readonly root: Pick<EntryStat, 'dev' | 'ino' | 'mtime'>;
  readonly sums: TreeSums;
}

type Exact = number | bigint;

function exact(text: string): Exact {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** One line: what it is about, then inode number and size of one file after the other for each device. */
function textOf({ begun, root, sums }: HandedSums): ByteString {
  const { dirs, files, links, others, size, mtimeMin, mtimeMax, linked } = sums;
  return JSON.stringify({
    begun: begun.getTime(),
    root: { ...root, ino: String(root.ino) },
    sums: { dirs, files, links, others, size: String(size), mtimeMin, mtimeMax },
    linked: [...linked].map(([dev, inodes]) => [dev, [...inodes].flat().join(' ')]),
  });
}

function parseHanded(text: ByteString): HandedSums {
  const { begun, root, sums, linked } = JSON.parse(text) as {
    begun: number;
    root: { dev: number; ino: string; mtime: number };
    sums: Omit<TreeSums, 'size' | 'linked'> & { size: string };
    linked: [dev: number, inodes: string][];
  };
  const inodesOf = (list: string): Map<Exact, Exact> => {
    const values = list.split(' ').map(exact);
    return new Map(values.flatMap((ino, index) => (index % 2 === 0 ? [[ino, values[index + 1] ?? 0] as const] : [])));
  };
  return {
    begun: new Date(begun),
    root: { ...root, ino: exact(root.ino) },
    sums: { ...sums, size: BigInt(sums.size), linked: new Map(linked.map(([dev, list]) => [dev, inodesOf(list)])) },
  };
}

function countOf(linked: LinkedInodes): number {
  return [...linked.values()].reduce((count, inodes) => count + inodes.size, 0);
}

/** Remembers what a run has summed up, in `.git/fso/sums`. `handed` null if not all of the realdir could be read. */
export function writeSums(gitDir: ByteString, { at, allAt }: SumTimes, handed: HandedSums | null): void {
  const times = JSON.stringify([at, allAt].map((time) => time?.getTime() ?? null));
  const isHanded = handed !== null && countOf(handed.sums.linked) <= MAX_LINKED;
  FILE.overwrite(gitDir, `${times}\n${isHanded ? textOf(handed) : ''}`);
}

/** When a realdir was summed up, as far as it is remembered. */
export function readSumTimes(gitDir: ByteString): SumTimes {
  const [first = ''] = (FILE.read(gitDir) ?? '').split('\n', 1);
  const times = first === '' ? null : unlessMalformed(() => JSON.parse(first) as unknown[]);
  const [at = null, allAt = null] = (times ?? []).map((time) => (typeof time === 'number' ? new Date(time) : null));
  return { at, allAt };
}

/** The last sums over a realdir; null if there are none that could be handed up. */
export function readHandedSums(gitDir: ByteString): HandedSums | null {
  const [, second = ''] = (FILE.read(gitDir) ?? '').split('\n', 2);
  return second === '' ? null : unlessMalformed(() => parseHanded(second));
}

/** Null for what no git-fso has written, though its checksum is right. */
function unlessMalformed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
