import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import type { PreciseStat } from '../../realdir/stat/lstat.js';
import type { IntegrityFinding } from '../../record/finding.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { HashedDirectory } from './hashed-directory.js';
import { ctimeOfLook, hashedKey, hasSameTimes, isAsHashed, keyOfLook } from './hashed-look.js';

/** A file that was read. */
interface ReadFile {
  readonly path: ByteString;
  readonly stat: PreciseStat;
  readonly sha256: string;
}

/** A file that `sha` has read with other bytes than those of a record that should be its own. */
export interface Rewritten extends ReadFile {
  /** The path of that record, which is another one if the file was renamed. */
  readonly recordedAt: ByteString;
}

/** What is known to be wrong with a file that has another name now, or one more. */
export interface Followed {
  readonly path: ByteString;
  readonly finding: IntegrityFinding;
}

/** So many files are remembered on each side, of what appeared and of what vanished, to find those that were renamed. */
const MOST = 100_000;

/** Tells whether an inode was there already at a time, as far as the filesystem tells: numbers of inodes are used again. */
function isOlder({ birthtimeNs }: PreciseStat, ctimeNs: bigint): boolean {
  return birthtimeNs > 0n && birthtimeNs <= ctimeNs;
}

/**
 * Notices, while `sha` records what it finds, what must not pass for right: a file with the size and the mtime that are recorded, but other
 * bytes, also under a new name, and a file with a finding under a new name.
 */
export class ShaWatch {
  private readonly appeared = new Map<string, ReadFile>();
  private readonly vanished: { readonly path: ByteString; readonly look: string }[] = [];
  private readonly vanishedTrees: { readonly path: ByteString; readonly hashed: Oid }[] = [];
  private anchors: ReadonlyMap<string, IntegrityFinding> = new Map();
  private known: ReadonlySet<ByteString> = new Set();
  private rewritten: Rewritten[] = [];
  private followed: Followed[] = [];

  /** Takes note of the findings that there are. */
  begin(findings: ReadonlyMap<ByteString, IntegrityFinding>): void {
    this.anchors = new Map([...findings.values()].map((finding) => [finding.file.slice(0, finding.file.lastIndexOf(' ')), finding]));
    this.known = new Set(findings.keys());
    this.rewritten = [];
    this.followed = [];
  }

  /** A file was read. @param look what it looked like when it was hashed before; undefined if it was not */
  read(path: ByteString, stat: PreciseStat, sha256: string, look: string | undefined): void {
    if (this.known.has(path)) return;
    const key = hashedKey(stat);
    const finding = this.anchors.get(key);
    if (finding !== undefined && isOlder(stat, BigInt(finding.file.slice(finding.file.lastIndexOf(' ') + 1)))) {
      if (sha256 !== finding.sha256) this.followed.push({ path, finding: { ...finding, found: sha256, file: `${key} ${stat.ctimeNs}` } });
      return;
    }
    if (look !== undefined && hasSameTimes(look, stat)) this.rewritten.push({ path, stat, sha256, recordedAt: path });
    if (this.appeared.size < MOST) this.appeared.set(key, { path, stat, sha256 });
    // What was here before may have another name now.
    if (look !== undefined && !isAsHashed(look, stat)) this.gone(path, look);
  }

  /** A file is not there any more, or another one is in its place. */
  gone(path: ByteString, look: string): void {
    if (this.vanished.length < MOST) this.vanished.push({ path, look });
  }

  /** A directory is not there any more. @param hashed the tree that says what was hashed in it */
  goneTree(path: ByteString, hashed: Oid): void {
    if (this.vanishedTrees.length < MOST) this.vanishedTrees.push({ path, hashed });
  }

  /** What was noticed since `begin`. @param reader reads what was hashed before */
  noticed(reader: ObjectReader): { readonly rewritten: readonly Rewritten[]; readonly followed: readonly Followed[] } {
    const renamed = new Map<ByteString, Rewritten>();
    const compare = (recordedAt: ByteString, look: string): void => {
      const [key, ctime] = [keyOfLook(look), ctimeOfLook(look)];
      const file = key === null ? undefined : this.appeared.get(key);
      if (file === undefined || ctime === null || !isOlder(file.stat, ctime)) return;
      renamed.set(file.path, { ...file, recordedAt });
      this.appeared.delete(key ?? '');
    };
    if (this.appeared.size > 0) {
      for (const { path, look } of this.vanished) compare(path, look);
      for (const { path, hashed } of this.vanishedTrees.splice(0)) compareTree(reader, hashed, path, compare);
    }
    // What was renamed to where a similar file was is no rewritten one.
    const others = this.rewritten.filter(({ path }) => !renamed.has(path));
    return { rewritten: [...others, ...renamed.values()], followed: this.followed };
  }
}

function compareTree(
  reader: ObjectReader,
  tree: Oid,
  directory: ByteString,
  compare: (path: ByteString, look: string) => void,
  depth = 0,
): void {
  requireTreeDepth(depth, directory);
  const hashed = new HashedDirectory(reader, tree);
  for (const [name, look] of hashed.files) compare(joinPath(directory, name), look);
  for (const { name, oid } of hashed.subtrees) compareTree(reader, oid, joinPath(directory, name), compare, depth + 1);
}
