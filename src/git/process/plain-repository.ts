import { lstatSync, readdirSync } from 'node:fs';
import { geteuid } from 'node:process';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { alternateDirs } from '../objects/alternates.js';
import { ForeignFileError } from '../../storage/stored-file.js';

/** Below `fso`, where Git does not look: a gc that goes on has links of its own there, and git-fso 0.1.0 keeps programs. */
const NOT_LOOKED_INTO = /^(gc-[0-9a-f]{8}|bin|bin\.aside|sha\.git)$/;
/** Has Git work with the configuration and the refs of another directory. */
const ELSEWHERE = 'commondir';
/** As far as paths reach: path_resolution(7). */
const MAX_PATH_BYTES = 4000;
/**
 * Files in a work tree that Git reads, or that git-fso has it add: Git waits for a FIFO there, and works on a repository in their place.
 */
const READ_BY_GIT = /^\.(gitattributes|gitignore|gitmodules|nogbundles)$/;

/**
 * Makes sure that a repository consists of directories and regular files, its borrowed objects included. Git follows
 * symbolic links, when it writes, too, and waits for FIFOs; so it gets to see no other repositories.
 * @throws ForeignFileError that names what else there is
 */
export function requirePlainRepository(gitDir: ByteString): void {
  for (const path of foreignFiles(gitDir)) {
    if (path.endsWith(`/${ELSEWHERE}`))
      throw new ForeignFileError(path, 'has Git work on another directory; a shadow repo has no such file');
    throw new ForeignFileError(path, 'is neither a directory nor a regular file, which a repository has not got');
  }
  for (const directory of alternateDirs(joinPath(gitDir, 'objects'))) requireOwnAlternate(gitDir, directory);
}

/** Somebody else could put anything in the place of what was just looked at. */
function requireOwnAlternate(gitDir: ByteString, directory: ByteString): void {
  const [own, borrowed] = [gitDir, directory].map((path) => lstatSync(fsPath(path), { throwIfNoEntry: false }));
  if (own === undefined || borrowed === undefined || [0, own.uid, geteuid?.()].includes(borrowed.uid)) return;
  throw new ForeignFileError(directory, `has objects that are borrowed by ${textOfBytes(gitDir)}, but belongs to user ${borrowed.uid}`);
}

/**
 * Makes sure that Git finds nothing in a work tree that it would wait for, or work on with a configuration of its own.
 * @param workTree the directory that the `.git` directory is in
 * @throws ForeignFileError that names what is there
 */
export function requirePlainWorkTree(workTree: ByteString): void {
  for (const path of foreignInWorkTree(workTree)) throw new ForeignFileError(path, 'is not a regular file, which Git needs there');
}

/**
 * What Git must not meet in a work tree: something else than files where it reads files, and repositories. It runs filters of
 * such a repository if the index says that it is a submodule.
 */
export function* foreignInWorkTree(workTree: ByteString): Generator<ByteString> {
  const pending = [workTree];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of entriesOf(directory)) {
      const path = joinPath(directory, entry.name);
      const isRepository = entry.name === '.git';
      if (isRepository && directory === workTree) continue;
      if (isRepository || (READ_BY_GIT.test(entry.name) && !entry.isFile())) yield path;
      else if (entry.isDirectory()) pending.push(path);
    }
  }
}

/** What a repository and the directories that it borrows objects from should not have: links, FIFOs, devices, sockets. */
export function* foreignFiles(gitDir: ByteString): Generator<ByteString> {
  if (!isPlainDirectory(gitDir)) {
    yield gitDir;
    return;
  }
  yield* foreignBelow(gitDir, joinPath(gitDir, 'fso'));
  const config = joinPath(gitDir, ELSEWHERE);
  if (lstatSync(fsPath(config), { throwIfNoEntry: false }) !== undefined) yield config;
  for (const directory of alternateDirs(joinPath(gitDir, 'objects'))) yield* foreignBelow(directory, '');
}

/** @param ours the directory where what has a name of NOT_LOOKED_INTO is passed over */
function* foreignBelow(top: ByteString, ours: ByteString): Generator<ByteString> {
  const pending = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of entriesOf(directory)) {
      const path = joinPath(directory, entry.name);
      if (directory === ours && NOT_LOOKED_INTO.test(entry.name)) continue;
      if (entry.isDirectory()) {
        pending.push(path);
      } else if (!entry.isFile() && !isRegular(path)) {
        yield path;
      }
    }
  }
}

/** What may not be read here, Git may not read, either. */
function entriesOf(directory: ByteString): readonly { readonly name: string; isDirectory(): boolean; isFile(): boolean }[] {
  if (directory.length > MAX_PATH_BYTES) throw new ForeignFileError(directory, 'is deeper than anything in a repository');
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EACCES'], [], () =>
    readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true }),
  );
}

/** Some filesystems do not say in a listing what an entry is; and it may be gone by now. */
function isRegular(path: ByteString): boolean {
  const stat = lstatSync(fsPath(path), { throwIfNoEntry: false });
  return stat === undefined || stat.isFile() || stat.isDirectory();
}

function isPlainDirectory(path: ByteString): boolean {
  return lstatSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}
