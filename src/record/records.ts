import type { ByteString } from '../util/byte-string.js';
import { quoteName } from './quote.js';

/** Counts over a whole directory tree (NOE-18, Tree stat information). `size` is in bytes. */
export interface TreeCounts {
  /** Directories, the tree's own included. */
  readonly dirs: number;
  readonly files: number;
  readonly links: number;
  /** Sockets, FIFOs and devices. */
  readonly others: number;
  /** Sum over unique inodes of regular files, in bytes. */
  readonly size: bigint;
}

/** Name of the record that describes a directory; it stands inside of the directory. */
export const NOGTREE = '.nogtree';

/** Record of a regular file on `master-stat`. `mtime` in whole seconds since the epoch. */
export function fileStatRecord(name: ByteString, size: number | bigint, mtime: number): ByteString {
  return `name: ${quoteName(name)}\nsize: ${size}\nmtime: ${mtime}\n`;
}

/** Record of a symbolic link on all branches: its target, as Git has it, in an entry of mode 120000. */
export function symlinkRecord(target: ByteString): ByteString {
  return target;
}

/** Record of a regular file on `master-sha`; both sums in lower-case hexadecimal. */
export function fileShaRecord(name: ByteString, size: number | bigint, sha1: string, sha256: string): ByteString {
  return `name: ${quoteName(name)}\nsize: ${size}\nsha1: "${sha1}"\nsha256: "${sha256}"\n`;
}

/** Record `.nogtree` of a subdirectory on `master-stat`. */
export function directoryStatRecord(name: ByteString, mtime: number): ByteString {
  return `name: ${quoteName(name)}\nmtime: ${mtime}\n`;
}

/** Record that has only a name: directories and nogbundles on `master-sha`. */
export function nameRecord(name: ByteString): ByteString {
  return `name: ${quoteName(name)}\n`;
}

function countLines(counts: TreeCounts, prefix = ''): string {
  const { dirs, files, links, others, size } = counts;
  return (
    `${prefix}dirs: ${dirs}\n${prefix}files: ${files}\n${prefix}links: ${links}\n` +
    `${prefix}others: ${others}\n${prefix}size: ${size}\n`
  );
}

/**
 * Record of a nogbundle, or of a submodule if `submodule` is its commit in hexadecimal
 * (NOE-18, Tree stat information).
 */
export function treeStatRecord(
  name: ByteString,
  mtime: number,
  counts: TreeCounts,
  submodule: string | null,
): ByteString {
  const line = submodule === null ? '' : `submodule: "${submodule}"\n`;
  return `name: ${quoteName(name)}\nmtime: ${mtime}\n${countLines(counts)}${line}`;
}

/** Record of a submodule on `master-sha`; a repository without a commit has only its name. */
export function submoduleShaRecord(name: ByteString, submodule: string | null): ByteString {
  return submodule === null ? nameRecord(name) : `${nameRecord(name)}submodule: "${submodule}"\n`;
}

/** What the toplevel `.nogtree` on `master-stat` says about the entire realdir. */
export interface ToplevelStat {
  readonly mtime: number;
  readonly counts: TreeCounts;
  readonly mtimeMin: number;
  readonly mtimeMax: number;
  readonly immutable: boolean;
  /** Present if the realdir is a repository with a commit: its commit and its `.git` tree. */
  readonly git: { readonly head: string; readonly mtime: number; readonly counts: TreeCounts } | null;
}

/** Toplevel `.nogtree` on `master-stat` (NOE-18, Tree stat information). */
export function toplevelStatRecord(top: ToplevelStat): ByteString {
  const git =
    top.git === null
      ? ''
      : `git: "${top.git.head}"\ngit_mtime: ${top.git.mtime}\n${countLines(top.git.counts, 'git_')}`;
  return (
    `name: "root"\nmtime: ${top.mtime}\n${countLines(top.counts)}mtime_min: ${top.mtimeMin}\n` +
    `mtime_max: ${top.mtimeMax}\nattrs: "${top.immutable ? 'i' : ''}"\n${git}`
  );
}

/** Toplevel `.nogtree` on `master-sha`; `git` is the realdir's own commit, if it is a repository. */
export function toplevelShaRecord(git: string | null): ByteString {
  return git === null ? 'name: "root"\n' : `name: "root"\ngit: "${git}"\n`;
}
