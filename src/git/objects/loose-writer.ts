import { closeSync, fsyncSync, futimesSync, renameSync, rmSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, unlessErrno } from '../../util/errors.js';
import type { RawObject } from './base-cache.js';
import { createFileDurable, directoryOf, fsyncDirectory, makeOneDirectoryDurable, randomName } from '../../storage/durable-file.js';
import { readOnlyModeIn } from '../../storage/file-mode.js';
import { loosePath } from './loose-object.js';
import type { Oid } from './object-id.js';
import { openStored } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';

const ATTEMPTS_MAX = 5;

/**
 * Writes each object to a file of its own, durably and never in place: a temporary file (under the
 * name that `git prune` cleans up), synced, read-only, renamed; then the directories are synced.
 */
export function writeLooseObjects(objectsDir: ByteString, objects: ReadonlyMap<Oid, RawObject>): void {
  const touched = new Set<ByteString>();
  for (const [oid, object] of objects) {
    const path = `${objectsDir}/${loosePath(oid)}`;
    if (!isReusable(path)) writeLooseObject(path, object);
    touched.add(directoryOf(path));
  }
  for (const directory of touched) fsyncDirectory(directory);
}

function writeLooseObject(path: ByteString, { type, body }: RawObject): void {
  const header = Buffer.from(`${type} ${body.length}\0`, 'latin1');
  const packed = deflateSync(Buffer.concat([header, body]));
  for (let attempt = 1; !isWritten(path, packed, attempt === ATTEMPTS_MAX); attempt++);
}

/** False if `git prune` removed the temporary file, or the empty directory, before the rename. */
function isWritten(path: ByteString, packed: Buffer, isLastAttempt: boolean): boolean {
  const directory = directoryOf(path);
  const temporary = `${directory}/tmp_obj_${randomName()}`;
  makeOneDirectoryDurable(directory);
  try {
    createFileDurable(temporary, packed, readOnlyModeIn(directory));
    renameSync(fsPath(temporary), fsPath(path));
    return true;
  } catch (error) {
    rmSync(fsPath(temporary), { force: true });
    if (errnoOf(error) === 'ENOENT' && !isLastAttempt) return false;
    throw writeFailure(path, error);
  }
}

/**
 * True if the object is there already. It is made new again, since `git prune` goes by the age of
 * objects that nothing refers to, and synced, since whoever wrote it may not have. An empty file is
 * what a power failure leaves of an object that was not synced.
 */
function isReusable(path: ByteString): boolean {
  const file = unlessErrno(['ENOENT', 'EACCES', 'EPERM'], null, () => openStored(path));
  if (file === null) return false;
  const { fd, size } = file;
  try {
    if (size === 0) return false;
    const now = new Date();
    return unlessErrno(['EACCES', 'EPERM', 'EROFS'], false, () => {
      futimesSync(fd, now, now);
      fsyncSync(fd);
      return true;
    });
  } finally {
    closeSync(fd);
  }
}
