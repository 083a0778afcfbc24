import { rmSync, writeFileSync } from 'node:fs';
import { directoryOf, fsyncDirectory, randomName, writeFileDurable } from '../../storage/durable-file.js';
import { fileModeIn } from '../../storage/file-mode.js';
import { LockFile } from '../../storage/lock-file.js';
import { loosePath } from '../../git/objects/loose-object.js';
import type { Oid } from '../../git/objects/object-id.js';
import { hashObject, oidToHex } from '../../git/objects/object-id.js';
import { readLooseRef } from '../../git/refs/ref-files.js';
import { runGit } from '../../git/process/run-git.js';
import { readStored, readStoredText } from '../../storage/stored-file.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { compareEntryNames, FileMode } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { STUB_BRANCH } from '../facets.js';
import { gitFailure } from '../../git/process/git-failure.js';
import { readStub } from './read-stub.js';
import type { RunOptions } from '../transaction/run-options.js';
import type { ShadowRepo } from '../shadow-repo.js';
import type { StubFileName, StubFiles } from './stub-files.js';
import { STUB_FILE_NAMES } from './stub-files.js';
import { Transaction } from '../transaction/transaction.js';

/** Far more than the files of a stub have, or their index. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Runs Git in the work tree of the stub. @throws FsoError if it fails */
async function git(repo: ShadowRepo, args: readonly string[], signal?: AbortSignal, indexFile?: ByteString): Promise<Buffer> {
  const options = { workTree: repo.directory, ...(signal && { signal }), ...(indexFile !== undefined && { indexFile }) };
  const result = await runGit(repo.gitDir, args, options);
  if (result.status === 0) return result.stdout;
  throw gitFailure(repo.directory, args[0] ?? '', result);
}

/** @throws FsoError unless the work tree holds the stub */
function requireStubCheckedOut(repo: ShadowRepo): void {
  const head = readLooseRef(repo.gitDir, 'HEAD');
  if (head !== null && 'target' in head && head.target === STUB_BRANCH) return;
  throw new FsoError(`${textOfBytes(repo.directory)}: another branch than master-stub is checked out`, {
    remedy: 'run `git checkout master-stub` there',
  });
}

/**
 * Makes sure that no edits get lost when the stub is changed to `wanted`. Files that have that content
 * already were left by a process that was killed while it did the same.
 * @throws FsoError if files of the stub were edited, but not committed
 */
export async function requireCleanStub(repo: ShadowRepo, wanted: StubFiles, options: RunOptions): Promise<void> {
  requireStubCheckedOut(repo);
  const status = await git(repo, ['status', '--porcelain', '--ignore-submodules=all', '--', ...STUB_FILE_NAMES], options.signal);
  if (status.length === 0) return;
  const current = readStub(repo);
  const staged = await stagedFiles(repo, options.signal);
  const isKnown = (name: StubFileName): boolean => {
    const texts = [current[name], wanted[name]];
    const oids = texts.map((text) => (text === undefined ? undefined : oidToHex(hashObject('blob', Buffer.from(text, 'latin1')))));
    const file = unlessErrno(['ENOENT'], undefined, () => readStoredText(joinPath(repo.directory, name), MAX_FILE_BYTES));
    return texts.includes(file) && oids.includes(staged.get(name));
  };
  if (STUB_FILE_NAMES.every(isKnown)) return;
  throw new FsoError(`${textOfBytes(repo.directory)}: the stub has edits that are not committed`, {
    remedy: 'commit them with `git commit`, or discard them with `git restore --staged --worktree .`',
  });
}

/** Object ids, in hexadecimal, of the stub files in the index. */
async function stagedFiles(repo: ShadowRepo, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const listing = await git(repo, ['ls-files', '--stage', '-z', '--', ...STUB_FILE_NAMES], signal);
  return new Map(
    Array.from(listing.toString('latin1').matchAll(/\d+ ([0-9a-f]+) 0\t([^\0]*)\0/g), ([, oid = '', name = '']) => [name, oid]),
  );
}

/**
 * Adds files to the index. Git works on a copy: its own lock would stay if it was killed, whereas
 * ours tells that its owner is dead.
 */
async function stage(
  repo: ShadowRepo,
  files: readonly { readonly name: StubFileName; readonly oid: Oid }[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const index = joinPath(repo.gitDir, 'index');
  const copy = joinPath(repo.gitDir, `fso/index-${randomName()}`);
  const lock = LockFile.acquire(index);
  try {
    unlessErrno(['ENOENT'], undefined, () => writeFileSync(fsPath(copy), readStored(index, MAX_FILE_BYTES), { flag: 'wx' }));
    // Forced, because the stub may ignore its own files.
    await git(repo, ['add', '--force', '--', ...files.map(({ name }) => name)], signal, copy);
    // The index must not name objects that a power failure makes vanish. Git syncs them, but not their directories.
    for (const { oid } of files) {
      const path = joinPath(repo.gitDir, `objects/${loosePath(oid)}`);
      for (const place of [directoryOf(path), directoryOf(directoryOf(path))])
        unlessErrno(['ENOENT'], undefined, () => fsyncDirectory(place));
    }
    lock.commit(readStored(copy, MAX_FILE_BYTES));
  } finally {
    lock.release();
    rmSync(fsPath(copy), { force: true });
  }
}

/**
 * Commits new content of stub files on `master-stub`, and has the work tree and the index agree with
 * it. Edits of these files that were not committed are overwritten.
 *
 * A crash after the work tree was written leaves edits that are not committed, one after the index
 * was written leaves staged ones; the branch moves last, so the same call goes on from either.
 *
 * @returns the commit; null if the branch has this content already, and then nothing is written
 */
export async function commitStub(
  repo: ShadowRepo,
  files: StubFiles,
  subject: string,
  options: RunOptions,
): Promise<Oid | null> {
  requireStubCheckedOut(repo);
  const transaction = new Transaction(repo, STUB_BRANCH, 'stub', options);
  try {
    const { base, reader } = transaction;
    const entries = new Map<ByteString, TreeEntry>();
    for (const entry of base.tree === null ? [] : reader.readTree(base.tree)) entries.set(entry.name, entry);
    const changed = STUB_FILE_NAMES.flatMap((name) => {
      const text = files[name];
      if (text === undefined) return [];
      const body = Buffer.from(text, 'latin1');
      const oid = transaction.writeBlob(body);
      const entry = entries.get(name);
      if (entry?.oid === oid && entry.mode === FileMode.file) return [];
      entries.set(name, { name, mode: FileMode.file, oid });
      return [{ name, body, oid }];
    });
    if (changed.length === 0) return null;
    const isTree = ({ mode }: TreeEntry): boolean => mode === FileMode.directory;
    const sorted = [...entries.values()].sort((a, b) => compareEntryNames(a.name, isTree(a), b.name, isTree(b)));
    const tree = transaction.writeTree(sorted);
    await transaction.lock();
    for (const { name, body } of changed) writeFileDurable(joinPath(repo.directory, name), body, fileModeIn(repo.gitDir));
    await stage(repo, changed, options.signal);
    return await transaction.commit(tree, subject);
  } finally {
    transaction.close();
  }
}
