import type { Oid } from '../../src/git/objects/object-id.js';
import { oidFromHex } from '../../src/git/objects/object-id.js';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import { ObjectWriter } from '../../src/git/objects/object-writer.js';
import { readRef, updateRef } from '../../src/git/refs/refs.js';
import type { TreeEntry } from '../../src/git/trees/tree-codec.js';
import { compareEntryNames, FileMode } from '../../src/git/trees/tree-codec.js';
import type { ByteString } from '../../src/util/byte-string.js';
import { WHO, newRepository } from '../git/repository.js';
import { git } from '../harness/index.js';

/** A blob, given by its content; or a symlink; or a gitlink, given by its commit in hexadecimal; or the id of any object. */
export type RecordedEntry =
  | string
  | Buffer
  | { readonly symlink: ByteString }
  | { readonly gitlink: string }
  | { readonly mode: number; readonly oid: Oid };

/** Entries by path. */
export type RecordedEntries = Readonly<Record<ByteString, RecordedEntry>>;

/** A repository whose branches a test writes directly, whatever git-fso would write. */
export class RecordedRepository {
  readonly dir: string;
  readonly gitDir: string;

  constructor(realdir = '/nonexistent/realdir', { dir, gitDir } = newRepository()) {
    this.dir = dir;
    this.gitDir = gitDir;
    git(['config', 'fso.realdir', realdir], dir);
  }

  /** Commits entries, and nothing else, on a branch such as `master-stat`; returns the tree. */
  record(branch: string, entries: RecordedEntries, date = WHO.seconds): Oid {
    const writer = ObjectWriter.open(this.gitDir);
    const tree = writeTree(writer, Object.entries(entries));
    const ref = `refs/heads/${branch}`;
    const expected = readRef(this.gitDir, ref);
    const who = { ...WHO, seconds: date };
    const next = writer.writeCommit({ tree, parents: expected === null ? [] : [expected], author: who, committer: who, message: 'x\n' });
    const guard = writer.finish();
    updateRef(this.gitDir, ref, { expected, next, message: 'test', who });
    guard.release();
    return tree;
  }

  /** Calls `use` with a reader, and closes it. */
  reading<T>(use: (reader: ObjectReader) => T): T {
    const reader = ObjectReader.open(this.gitDir);
    try {
      return use(reader);
    } finally {
      reader.close();
    }
  }
}

function writeTree(writer: ObjectWriter, entries: readonly (readonly [ByteString, RecordedEntry])[]): Oid {
  const written: TreeEntry[] = [];
  const below = new Map<ByteString, (readonly [ByteString, RecordedEntry])[]>();
  for (const [path, entry] of entries) {
    const slash = path.indexOf('/');
    if (slash < 0) written.push({ name: path, ...writeEntry(writer, entry) });
    else below.set(path.slice(0, slash), [...(below.get(path.slice(0, slash)) ?? []), [path.slice(slash + 1), entry]]);
  }
  for (const [name, inside] of below) written.push({ name, mode: FileMode.directory, oid: writeTree(writer, inside) });
  const isTree = (entry: TreeEntry): boolean => entry.mode === FileMode.directory;
  return writer.writeTree(written.sort((a, b) => compareEntryNames(a.name, isTree(a), b.name, isTree(b))));
}

function writeEntry(writer: ObjectWriter, entry: RecordedEntry): Omit<TreeEntry, 'name'> {
  if (typeof entry === 'string' || Buffer.isBuffer(entry)) return { mode: FileMode.file, oid: writer.writeBlob(Buffer.from(entry)) };
  if ('symlink' in entry) return { mode: FileMode.symlink, oid: writer.writeBlob(Buffer.from(entry.symlink, 'latin1')) };
  return 'gitlink' in entry ? { mode: FileMode.gitlink, oid: oidFromHex(entry.gitlink) } : entry;
}
