import { lstatSync } from 'node:fs';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { LockFile } from '../../storage/lock-file.js';
import { oidFromHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';
import { DamagedRefError } from './ref-errors.js';
import { readStoredText } from '../../storage/stored-file.js';

/** Some hundred thousand refs. */
const MAX_BYTES = 32 * 1024 * 1024;
const LINE = /^([0-9a-f]{40}) (.+)$/;
const PEELED = /^\^[0-9a-f]{40}$/;

/** The refs that `git pack-refs` collected in one file: name → id. */
export function readPackedRefs(gitDir: ByteString): Map<string, Oid> {
  const refs = new Map<string, Oid>();
  const path = `${gitDir}/packed-refs`;
  const text = readText(path);
  if (text !== '' && !text.endsWith('\n')) throw new DamagedRefError(path, 'the file is cut short');
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match !== null) refs.set(match[2] as string, oidFromHex(match[1] as string));
    else if (line !== '' && !line.startsWith('#') && !PEELED.test(line)) {
      throw new DamagedRefError(path, `not a line of packed refs: ${JSON.stringify(line.slice(0, 80))}`);
    }
  }
  return refs;
}

/**
 * Removes a ref from `packed-refs`, under Git's lock for that file. The lock is taken even if the ref
 * does not stand there, since `git pack-refs` may be about to write it.
 */
export function removePackedRef(gitDir: ByteString, name: string): void {
  const path = `${gitDir}/packed-refs`;
  const lock = LockFile.acquire(path);
  try {
    if (!readPackedRefs(gitDir).has(name)) return;
    const kept: string[] = [];
    let isRemoving = false;
    for (const line of readText(path).split('\n')) {
      // A line that starts with ^ belongs to the ref before it: the object that its tag points to.
      if (!line.startsWith('^')) isRemoving = LINE.exec(line)?.[2] === name;
      if (!isRemoving) kept.push(line);
    }
    lock.commit(kept.join('\n'));
  } finally {
    lock.release();
  }
}

function readText(path: ByteString): string {
  // Few repositories have it; an error of the system costs more than to look.
  if (lstatSync(fsPath(path), { throwIfNoEntry: false }) === undefined) return '';
  return unlessErrno(['ENOENT'], '', () => readStoredText(path, MAX_BYTES));
}
